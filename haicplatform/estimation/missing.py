"""The multivariable model with covariates that have missing values, which the main model leaves out.

Belongs here: which covariates and patients it has, complete cases and imputed. Does not belong here: imputing
(haicplatform.survival), the main model (models.py).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import polars as pl
import yaml

from haicplatform.estimation.models import Candidate, whole, write
from haicplatform.estimation.rows import OK, Rows, of_model
from haicplatform.studies.analyses import Imputation
from haicplatform.survival import cox, cox_imputed, too_missing


@cache
def _limits() -> dict[str, float]:
    return yaml.safe_load(files("haicplatform.estimation").joinpath("limits.yaml").read_text(encoding="utf-8"))


def screened(candidates: list[Candidate], screen_p: float, group: str) -> list[str]:
    """The exposure and every covariate whose univariable p is below `screen_p`, with or without missing values."""
    return [c.name for c in candidates if c.name == group or (c.p is not None and c.p < screen_p)]


def complete_case(rows: Rows, data: pl.DataFrame, candidates: list[Candidate], screen_p: float, group: str) -> None:
    """The model of the patients with all values; a status where that is the main model."""
    names = screened(candidates, screen_p, group)
    complete = data.drop_nulls(names)
    missing = data.height - complete.height
    status = "complete" if not missing else OK
    rows.add("missing", missing, term="model", unit="patients", status=status)
    if complete[group].n_unique() < data[group].n_unique():
        rows.add("hr", None, term=group, status="no_patients")
        return
    model = cox(complete, "months", "event", names)
    write(rows, model, complete, names, method="cox, complete cases")
    whole(rows, model)


def multiple_imputation(
    rows: Rows, data: pl.DataFrame, candidates: list[Candidate], screen_p: float, group: str, asked: Imputation
) -> None:
    """The same covariates, missing values imputed from each other, the outcome and the hospital.

    One with more missing values than the study takes is left out, and every hazard ratio says so.
    """
    names = screened(candidates, screen_p, group)
    percent = _limits()["max_missing_percent"] if asked.max_missing_percent is None else asked.max_missing_percent
    without = too_missing(data, names, percent / 100)
    method = f"cox, {asked.n} imputations by chained equations, Rubin's rules"
    lacking = {name: data[name].null_count() for name in names if data[name].null_count()}
    rows.add("imputations", asked.n, term="model", method=method, status=OK if lacking else "complete")
    for name, count in lacking.items():
        status = f"too_missing: {percent:g}" if name in without else OK
        rows.add("missing", count, term=name, unit="patients", status=status)
    names = [name for name in names if name not in without]
    model = cox_imputed(data, "months", "event", names, m=asked.n, seed=asked.seed, predictors=["siteid"])
    rows.add("n", model.n, term="model", unit="patients")
    rows.add("events", model.events, term="model", unit="patients")
    status = of_model(model.status)
    if status == OK and without:
        status = f"without: {', '.join(without)}"
    for line in model.table.iter_rows(named=True):
        term, ends = line["term"], (line["ci_low"], line["ci_high"])
        rows.add("hr", line["hr"], term=term, ci=ends, method=method, status=status)
        for statistic in ("coef", "se", "p", "fmi"):
            rows.add(statistic, line[statistic], term=term, method=method, status=status)
