"""The multivariable model with covariates that have missing values, which the main model leaves out.

Belongs here: which covariates and patients it has, complete cases and imputed. Does not belong here: imputing
(haicplatform.survival), the main model (models.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.models import Candidate, whole, write
from haicplatform.estimation.rows import Rows
from haicplatform.survival import cox


def screened(candidates: list[Candidate], screen_p: float, group: str) -> list[str]:
    """The exposure and every covariate whose univariable p is below `screen_p`, with or without missing values."""
    return [c.name for c in candidates if c.name == group or (c.p is not None and c.p < screen_p)]


def complete_case(rows: Rows, data: pl.DataFrame, candidates: list[Candidate], screen_p: float, group: str) -> None:
    """The model of the patients with all values; a status where that is the main model."""
    names = screened(candidates, screen_p, group)
    complete = data.drop_nulls(names)
    missing = data.height - complete.height
    status = "complete" if not missing else "ok"
    rows.add("missing", missing, term="model", unit="patients", status=status)
    if complete[group].n_unique() < data[group].n_unique():
        rows.add("hr", None, term=group, status="no_patients")
        return
    model = cox(complete, "months", "event", names)
    write(rows, model, complete, names, method="cox, complete cases")
    whole(rows, model)
