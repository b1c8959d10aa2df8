"""Documents made from the models: the data dictionary and the page of clinical definitions.

Belongs here: laying out what models, SQL and worked cases say. Does not belong here: any statement of their own.
In: schemas/, sql/. Out: HTML and Excel.
"""
