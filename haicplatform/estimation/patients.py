"""A row a patient, by rank: the change of the tumours, the course of time; and how two readers agree.

Belongs here: order, ranks, the data of waterfall, spider and swimmer plots, kappa. Does not belong here: any patient's
number (a rank stands for a patient), which exams count (sql/analysis).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.curves import MONTHS
from haicplatform.estimation.rows import OK, Rows
from haicplatform.survival import kappa_of_pairs

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
BOOTSTRAPS = 1000


def tumour_change(
    rows: Rows, persons: pl.DataFrame, change: pl.DataFrame, best: pl.DataFrame, groups: tuple[str, ...]
) -> None:
    """Waterfall (each patient's smallest sum against the baseline, largest growth first) and spider plot.

    `change`: usubjid, months, pchg (%), a row a person and exam after the start. `best`: usubjid, avalc.
    """
    smallest = change.group_by("usubjid").agg(pl.col("pchg").min())
    people = persons.select("usubjid", "grp").join(best, on="usubjid", how="left")
    ranked = _ranked(people.join(smallest, on="usubjid"), "pchg")
    waterfall, spider = rows.for_(analysis="waterfall"), rows.for_(analysis="spider")
    for row in ranked.iter_rows(named=True):
        here = waterfall.for_(grp=row["grp"])
        here.add("best_change", row["pchg"], term=row["rank"], unit="%", note=row["avalc"] or "MISSING")
    for group in (ALL, *groups):
        mine = people if group == ALL else people.filter(pl.col("grp") == group)
        measured = mine.join(smallest, on="usubjid", how="semi").height
        here = waterfall.for_(grp=group)
        here.add("n", measured, term="patients", unit="patients", status=OK if measured else "no_lesion")
        here.add("n_not_measured", mine.height - measured, term="patients", unit="patients")
    lines = ranked.select("usubjid", "grp", "rank").join(change, on="usubjid").sort("rank", "months")
    for row in ranked.iter_rows(named=True):
        spider.for_(grp=row["grp"]).add("change", 0.0, term=row["rank"], at=0.0, unit="%")
    for row in lines.iter_rows(named=True):
        spider.for_(grp=row["grp"]).add("change", row["pchg"], term=row["rank"], at=row["months"], unit="%")


def swimmer(rows: Rows, persons: pl.DataFrame, milestones: pl.DataFrame, best: pl.DataFrame) -> None:
    """Each patient's time under observation and what happened in it, the longest first.

    `milestones`: usubjid, milestone, months, a row each; `duration` is the whole time.
    """
    whole = milestones.filter(pl.col("milestone") == "duration").select("usubjid", duration="months")
    people = persons.select("usubjid", "grp").join(best, on="usubjid", how="left").join(whole, on="usubjid")
    ranked = _ranked(people, "duration")
    marks = ranked.select("usubjid", "grp", "rank", "avalc").join(milestones, on="usubjid")
    for row in marks.sort("rank", "months", "milestone").iter_rows(named=True):
        note = (row["avalc"] or "MISSING") if row["milestone"] == "duration" else ""
        here = rows.for_(analysis="swimmer", grp=row["grp"])
        here.add(row["milestone"], row["months"], term=row["rank"], unit=MONTHS, note=note)


def reader_agreement(rows: Rows, persons: pl.DataFrame, pairs: pl.DataFrame) -> None:
    """Cohen's kappa of each two readers' responses of the same exams of the included persons.

    `pairs`: usubjid, first_reader, second_reader, first_avalc, second_avalc, a row an exam and pair of readers.
    """
    here = rows.for_(analysis="reader_agreement", endpoint="OVR")
    mine = pairs.join(persons.select("usubjid"), on="usubjid", how="semi")
    for (first, second), part in sorted(mine.partition_by("first_reader", "second_reader", as_dict=True).items()):
        term = f"{first}:{second}"
        pair = part["first_avalc"].to_list(), part["second_avalc"].to_list()
        found = kappa_of_pairs(pair[0], pair[1], RESPONSES, patient=part["usubjid"].to_list(), samples=BOOTSTRAPS)
        here.add("n", found.n, term=term, unit="readings")
        share = None if found.observed is None else 100 * found.observed
        here.add("agreement_pct", share, term=term, unit="%", status=OK if share is not None else "no_pair")
        status = OK if found.value is not None else "no_variation: agreement by chance is complete"
        ends, method = (found.ci_low, found.ci_high), "cohen's kappa, bootstrap by patient"
        here.add("kappa", found.value, term=term, ci=ends, method=method, status=status)
    if not mine.height:
        here.add("kappa", None, status="no_pair")


def _ranked(people: pl.DataFrame, by: str) -> pl.DataFrame:
    """Sorted, the largest first, with `rank` as text with leading zeros; equals in the order of their ids."""
    ordered = people.sort(by, "usubjid", descending=[True, False])
    digits = max(3, len(str(ordered.height)))
    rank = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(digits)
    return ordered.with_columns(rank=rank)
