"""Reading a hospital's files into sheets of text: text files, workbooks, Parquet.

Belongs here: bytes to cells, with the row numbers a person counts. Does not belong here: what a cell means.
"""
