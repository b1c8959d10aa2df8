"""Table 2: best overall response.

Belongs here: counts of best responses, objective response, disease control, and how recorded responses agree with
them. Does not belong here: deriving a response (SQL).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.baseline import ALL, FISHER_BELOW
from haicplatform.estimation.rows import CATEGORIES, CONTROL, OBJECTIVE, OK, Rows, of_test
from haicplatform.survival import tables

PARAMETERS = {"unconfirmed": "BOR", "confirmed": "CBOR"}


def response(
    rows: Rows,
    persons: pl.DataFrame,
    adrs: pl.DataFrame,
    groups: tuple[str, ...],
    best: tuple[str, ...],
    non_cr_non_pd_controls: bool,
) -> None:
    """Best response for each of `best` (unconfirmed, confirmed); everyone treated is in the denominator."""
    for kind in best:
        parameter = PARAMETERS[kind]
        found = adrs.filter(pl.col("paramcd") == parameter).select("usubjid", "avalc")
        table = persons.select("usubjid", "grp").join(found, on="usubjid", how="left")
        table = table.with_columns(pl.col("avalc").fill_null("MISSING"))
        rates = {"ORR": OBJECTIVE, "DCR": control(non_cr_non_pd_controls)}
        _one(rows.for_(endpoint=parameter), table, groups, rates)


def control(non_cr_non_pd_controls: bool) -> tuple[str, ...]:
    """The best responses that are disease control, as the study says."""
    return (*CONTROL, "NON-CR/NON-PD") if non_cr_non_pd_controls else CONTROL


def _one(rows: Rows, table: pl.DataFrame, groups: tuple[str, ...], rates: dict[str, tuple[str, ...]]) -> None:
    split: dict[str, dict[str, list[int]]] = {rate: {} for rate in rates}
    for group in (ALL, *groups):
        here = rows.for_(grp=group)
        column = (table if group == ALL else table.filter(pl.col("grp") == group))["avalc"]
        total = len(column)
        here.add("n", total, term="patients", unit="patients")
        seen = dict(column.value_counts().iter_rows())
        for category in CATEGORIES:
            count = seen.get(category, 0)
            here.add("n", count, term=category, unit="patients")
            share, status = (100 * count / total, OK) if total else (None, "no_patients")
            here.add("pct", share, term=category, unit="%", status=status)
        for rate, members in rates.items():
            count = sum(seen.get(member, 0) for member in members)
            split[rate][group] = [count, total - count]
            here.add("n", count, term=rate, unit="patients")
            if not total:
                here.add("pct", None, term=rate, unit="%", status="no_patients")
                continue
            low, high = tables.clopper_pearson(count, total)
            here.add(
                "pct", 100 * count / total, term=rate, ci=(100 * low, 100 * high), unit="%", method="clopper_pearson"
            )
    if len(groups) != 2:
        return
    for rate in rates:
        test = tables.categorical([split[rate][group] for group in groups], FISHER_BELOW)
        rows.add("p", test.p, term=rate, method=test.method, status=of_test(test.status))


def agreement(rows: Rows, rates: pl.DataFrame | None) -> None:
    """The hospitals' recorded responses against the derived ones, by reader and criterion: pooled and by hospital.

    `rates`: site_id, reader_id, criterion (of the recorded responses), n_both, n_mismatch, n_pd_mismatch,
    n_recorded_only; a row a hospital, reader and criterion.
    """
    if rates is None or not rates.height:
        return
    counts = ("n_both", "n_mismatch", "n_pd_mismatch", "n_recorded_only")
    pooled = rates.with_columns(population=pl.lit("pooled"))
    both = pl.concat([pooled, rates.with_columns(population=pl.lit("site:") + pl.col("site_id"))])
    summed = both.group_by("population", "reader_id", "criterion").agg(pl.col(counts).sum())
    for row in summed.sort(pl.all()).iter_rows(named=True):
        term = f"{row['reader_id']}:{row['criterion']}"
        here = rows.for_(analysis="response_agreement", population=row["population"])
        for name in counts:
            here.add(name, row[name], term=term, unit="readings")
        share = 100 * row["n_mismatch"] / row["n_both"] if row["n_both"] else None
        status = OK if row["n_both"] else "no_pair"
        here.add("mismatch_pct", share, term=term, unit="%", status=status)
