"""Pairs of patients who may be one person, side by side: what agrees and what differs.

Belongs here: gathering what is known of both. Does not belong here: which pairs are candidates, who may decide and what
a decision does (linkage.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from haicplatform.core import sql_graph
from haicplatform.core.errors import NotThere
from haicplatform.core.resources import sql_dir
from haicplatform.review.data.page_context import PageContext
from haicplatform.warehouse import linkage, warehouse

# what is compared, in order; the first four made the pair a candidate, the date of birth is compared but not shown
COMPARED = (
    "sex", "birth_year", "height_cm", "first_haic_date", "etiology", "hcc_dx_date", "n_courses", "regimens",
    "first_course_date", "last_course_date", "last_event_date", "death_date",
)  # fmt: skip
# two hospitals see one person at different times: other differences say nothing
TELLING = ("sex", "birth_year", "height_cm", "first_haic_date", "etiology", "hcc_dx_date", "death_date")
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Compared:
    """One thing of both patients. agrees: None where one of the two does not say it, or a difference says nothing."""

    name: str
    one: Any
    other: Any
    agrees: bool | None


@dataclass(frozen=True)
class Candidate:
    """A pair with what is known of both; usubjids as published now: equal once the pair counts as one person."""

    link: linkage.Link
    compared: tuple[Compared, ...]
    usubjids: tuple[str | None, str | None]


def candidates(ctx: PageContext, decision: str = UNDECIDED) -> list[Candidate]:
    """The pairs with that decision, or without one, side by side. Raises UsageError as linkage.listed does."""
    found = linkage.listed(ctx.home, ctx.person, decision)
    if not found:
        return []
    asked = {patient for link in found for patient in link.pair.patients}
    with ctx.warehouse() as con:
        con.execute("CREATE OR REPLACE TEMP TABLE asked (site_id VARCHAR, patient_id VARCHAR)")
        con.executemany("INSERT INTO asked VALUES (?, ?)", sorted(asked))
        cursor = warehouse.run_sql(con, sql_graph.read(sql_dir() / "pages" / "record_linkage" / "candidate_side.sql"))
        names = [column[0] for column in cursor.description]
        known = {(row[0], row[1]): dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return [_candidate(link, known) for link in found]


def decide(ctx: PageContext, pair_id: str, decision: str, reason: str) -> linkage.Link:
    """Confirm or reject a pair for this person. Raises UsageError as linkage.decide does."""
    return linkage.decide(ctx.home, ctx.person, pair_id, decision, reason)


def counts(ctx: PageContext) -> dict[str, int]:
    """decision (or undecided) -> how many pairs."""
    found = dict.fromkeys((UNDECIDED, *linkage.DECISIONS), 0)
    for link in linkage.listed(ctx.home, ctx.person):
        found[link.decision or UNDECIDED] += 1
    return found


def checked(decision: str) -> str:
    """The decision to list. Raises NotThere for a word that is none."""
    if decision not in (UNDECIDED, *linkage.DECISIONS):
        raise NotThere("There is no such list", todo="go back and choose from the list")
    return decision


def _candidate(link: linkage.Link, known: dict[tuple[str, str], dict[str, Any]]) -> Candidate:
    one, other = (known.get(patient, {}) for patient in link.pair.patients)
    compared = []
    for name in COMPARED:
        values = one.get(name), other.get(name)
        if values == (None, None):
            continue
        agrees = None if None in values or name not in TELLING else values[0] == values[1]
        compared.append(Compared(name, *values, agrees))
    return Candidate(link, tuple(compared), (one.get("usubjid"), other.get("usubjid")))
