"""A report without a format: its parts, its words in both languages, how numbers are written.

Belongs here: the model of a document, the catalogue of words, labels, number formats, looking up estimates. Does not
belong here: what a section says (report.sections), files (report.formats).
"""
