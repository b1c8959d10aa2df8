"""The estimates of a report against each other.

Belongs here: which relations are held. Does not belong here: any one relation, what is printed (check_report.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.report.check import counting, modelling
from haicplatform.report.check.estimate_index import Contradiction, Rows

RELATIONS = (
    counting.percentages,
    counting.sums,
    counting.flow,
    counting.response,
    counting.tests,
    modelling.intervals,
    modelling.hazard_ratios,
    modelling.curves,
    modelling.tests_of_times,
)


def check_estimates(estimates: pl.DataFrame) -> list[Contradiction]:
    """What contradicts itself among the rows of analysis.estimate of one study and snapshot."""
    rows = Rows(estimates)
    return [wrong for relation in RELATIONS for wrong in relation(rows)]
