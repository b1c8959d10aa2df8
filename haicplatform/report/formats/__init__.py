"""A document as files: HTML, Word, Excel, PDF.

Belongs here: one format a module, their templates, the order of writing. Does not belong here: what a document says
(report.document, report.sections), drawing figures.
In: a Document. Out: report.<format> and figures/*.svg in a folder.
"""

FORMATS = ("html", "docx", "xlsx", "pdf")
