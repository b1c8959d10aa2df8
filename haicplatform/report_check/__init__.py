"""A report against itself: every printed number is an estimate, and the estimates agree with each other.

Belongs here: relations between estimates, what is printed against them in a document and in its files. Does not
belong here: making estimates or reports, published papers (haicplatform.published).
"""

from haicplatform.report_check.check import check_document, check_estimates, check_files, hold

__all__ = ["check_document", "check_estimates", "check_files", "hold"]
