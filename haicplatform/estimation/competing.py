"""An endpoint with what competes with it: cumulative incidences, Gray's test, the subdistribution's hazard ratio.

Belongs here: which rows they become. Does not belong here: what competes (the study file, sql/analysis/competing.sql),
the estimators (haicplatform.survival).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.models import GROUP
from haicplatform.estimation.rows import OK, Rows, few, of_model
from haicplatform.survival.competing import cumulative_incidence, gray
from haicplatform.survival.subdistribution import fine_gray

CAUSES = {"event": 1, "competing": 2}
METHOD = "aalen-johansen, log interval"


def competing(
    rows: Rows,
    times: pl.DataFrame,
    groups: tuple[str, ...],
    rates_at: tuple[float, ...],
    min_count: int,
    *,
    points: bool,
) -> None:
    """cuminc, gray and fine_gray rows of one endpoint. `times`: grp, months, cause (0 censored, 1 it, 2 another)."""
    small = False
    for group in (ALL, *groups):
        part = times if group == ALL else times.filter(pl.col("grp") == group)
        here = rows.for_(analysis="cuminc", grp=group)
        here.add("n", part.height, term="patients", unit="patients")
        if part.height < max(1, min_count):
            small = True
            here.add("rate", None, term="event", method=METHOD, status=few(min_count))
            continue
        for term, cause in CAUSES.items():
            _curve(here, part, term, cause, rates_at, points=points)
    if len(groups) < 2:
        return
    _tests(rows, times, groups, few(min_count) if small else OK)


def _curve(rows: Rows, part: pl.DataFrame, term: str, cause: int, rates_at: tuple[float, ...], *, points: bool) -> None:
    curve = cumulative_incidence(part["months"], part["cause"], cause=cause)
    rows.add("events", curve.events, term=term, unit="patients")
    for row in curve.at(rates_at).iter_rows(named=True):
        status = "beyond_last" if row["is_beyond_last"] else OK
        ends = (row["ci_low"], row["ci_high"])
        rows.add("rate", row["incidence"], term=term, at=row["time"], ci=ends, method=METHOD, status=status)
    if not points:
        return
    for row in curve.table.filter((pl.col("n_event") > 0) | (pl.col("time") == pl.col("time").max())).iter_rows(
        named=True
    ):
        ends = (row["ci_low"], row["ci_high"])
        rows.add("cif", row["incidence"], term=term, at=row["time"], ci=ends, method=METHOD)


def _tests(rows: Rows, times: pl.DataFrame, groups: tuple[str, ...], small: str) -> None:
    method = "gray"
    for term, cause in CAUSES.items():
        here = rows.for_(analysis="gray")
        if small != OK:
            here.add("p", None, term=term, method=method, status=small)
            continue
        found = gray(times["months"], times["cause"], times["grp"], cause=cause)
        status = "no_events" if found.status == "no events" else f"not_computed: {found.status}"
        status = OK if found.p is not None else status
        for statistic in ("chisq", "df", "p"):
            here.add(statistic, getattr(found, statistic), term=term, method=method, status=status)
    here, method = rows.for_(analysis="fine_gray"), "fine-gray"
    if small != OK:
        here.add("shr", None, term=GROUP, method=method, status=small)
        return
    data = times.with_columns(pl.col("grp").cast(pl.Enum(list(groups))).alias(GROUP))
    model = fine_gray(data, "months", "cause", [GROUP])
    status = of_model(model.status)
    for line in model.table.iter_rows(named=True):
        term, ends = line["term"], (line["ci_low"], line["ci_high"])
        here.add("shr", line["hr"], term=term, ci=ends, method=method, status=status)
        for statistic in ("coef", "se", "p"):
            here.add(statistic, line[statistic], term=term, method=method, status=status)
    here.add("n", model.n, term="model", unit="patients")
    here.add("events", model.events, term="model", unit="patients")
