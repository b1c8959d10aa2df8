"""What may leave the coordinating centre: a study's estimates without small counts, and the report of them.

Belongs here: which counts are hidden (also those that would give another away), what falls with them, curves without
steps of single patients. Does not belong here: how a report looks (report), estimating (estimation).
"""

from haicplatform.release.released_estimates import suppress

__all__ = ["suppress"]
