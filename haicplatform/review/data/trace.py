"""A number of a report for one person: what it is, who counts, and on to the rows; as much as that person may see.

Belongs here: access. Does not belong here: the way from a number to its rows (tracing/), how it is shown
(pages/trace.py).

A reader sees what the number is and how many count, no patient. A coordinator sees the patients of its own hospitals;
the others are a number, and not even that below the study's release threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from haicplatform.core.errors import NotThere, UsageError
from haicplatform.core.people import READER, Person
from haicplatform.lineage.trace.lookup import beside, find, rows_of
from haicplatform.lineage.trace.naming import Naming
from haicplatform.lineage.trace.origins import origins
from haicplatform.lineage.trace.trace_file import kept
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.report_list import reports, titles_of
from haicplatform.review.data.source_rows import SourceRows, source_rows
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

# analysis, statistic, term, endpoint of what a study is read for
MAIN_RESULTS = (
    ("flow", "n", "included", "%"),
    ("response", "pct", "ORR", "BOR"),
    ("km", "median", "%", "OS"),
    ("km", "median", "%", "PFS"),
    ("logrank", "p", "%", "OS"),
    ("cox_multivariable", "hr", "group=%", "OS"),
)
PAGE = 50
# analyses of which a row is one patient's
OF_ONE_PATIENT = {"waterfall": ("best_change",), "spider": ("change",), "swimmer": None}


@dataclass(frozen=True)
class TracedRow:
    """A row behind the number. number: its place, for a link; n_sources: delivered rows behind it.

    patient: the usubjid; for a coordinator `SITE:number` of its own hospital, since a usubjid can name another one, and
    day and result only where they rest on its own hospitals' rows alone, which are those that are counted.
    """

    number: int
    patient: str | None
    site_id: str
    day: object
    result: str | None
    n_sources: int


@dataclass(frozen=True)
class Traced:
    """A number and what stands behind it, for one person.

    value: as text; None where this person must not know it. patients, rows: how many there are; None likewise.
    others: patients of other hospitals; None where there are none, or too few to say. listed: one page of `n_listed`
    rows. beside: (estimate_id, words, value) of the numbers it was made from; the value for who sees everything.
    """

    estimate_id: str
    study_id: str
    snapshot_id: str
    facts: list[tuple[str, str]]
    value: str | None
    status: str
    who: str
    patients: int | None
    rows: int | None
    others: int | None
    listed: tuple[TracedRow, ...]
    n_listed: int
    beside: tuple[tuple[str, str, str], ...]
    is_listed: bool


def traced(ctx: PageContext, estimate_id: str, offset: int = 0, limit: int = PAGE) -> Traced:
    """What stands behind a number. Raises NotThere for one that does not exist or is not this person's to see."""
    with ctx.warehouse() as con:
        estimate = find(con, estimate_id)
    with kept(ctx.home, estimate["study_id"], estimate["variant"]) as con:
        rule, rows = rows_of(con, estimate)
        made_from = beside(con, estimate, rule)
    with ctx.warehouse() as con:
        names, own = patient_names(con, ctx.person), own_deliveries(con, ctx.person)
    study = load_study(estimate["study_id"], ctx.home)
    mine = _allowed(ctx.person, estimate, rows)
    naming = Naming(study, ctx.language)
    hidden = _gives_away(ctx.person, estimate, rows, mine, study)
    others = rows.height and _persons(rows) - _persons(mine)
    sees_rows = ctx.person.role != READER
    sees_all = sees_rows and ctx.person.sites is None
    page = mine.slice(max(0, offset), limit) if sees_rows else mine.clear()
    return Traced(
        estimate_id,
        estimate["study_id"],
        estimate["snapshot_id"],
        naming.facts(estimate),
        None if hidden else naming.value(estimate),
        naming.status(estimate),
        rule.ko if ctx.language == "ko" else rule.en,
        None if hidden else _persons(rows),
        None if hidden else rows.height,
        others if others and not hidden else None,
        tuple(
            _row(number, row, names, own, naming)
            for number, row in enumerate(page.iter_rows(named=True), start=max(0, offset))
        ),
        mine.height if sees_rows else 0,
        tuple(
            # a value of its own, like this one, may say too much: who sees all is told here, the others on its page
            (one["estimate_id"], naming.short(one), naming.value(one) if sees_all else "")
            for one in made_from
            if _is_whole(ctx.person, one) and not hidden
        ),
        sees_rows,
    )


def ask_for_newest(ctx: PageContext, study_id: str, snapshot_id: str) -> None:
    """Raise UsageError for a report that the person may read, but whose numbers the published warehouse has no more.

    Of any other address nothing is said here.
    """
    with ctx.warehouse() as con:
        readable = {(one.study_id, one.snapshot_id) for one in reports(ctx.home, con, ctx.person)}
        has_numbers = False
        if con is not None and "analysis.estimate" in warehouse.relations(con):
            asked = "SELECT count(*) FROM analysis.estimate WHERE study_id = ? AND snapshot_id = ?"
            [(count,)] = con.execute(asked, [study_id, snapshot_id]).fetchall()
            has_numbers = count > 0
    if (study_id, snapshot_id) in readable and not has_numbers:
        raise UsageError(
            "This report is of an earlier snapshot, whose numbers cannot be followed any more",
            todo="open the newest report of the study, or ask for this one to be run again with "
            f"`haic study run {study_id} --snapshot {snapshot_id}`",
            ko="이전 스냅숏의 보고서이므로 숫자의 근거를 더 이상 볼 수 없습니다. 이 연구의 최신 보고서를 여시거나, "
            f"`haic study run {study_id} --snapshot {snapshot_id}` 실행을 총괄센터에 요청해 주십시오.",
        )


def place_of(ctx: PageContext, estimate_id: str) -> str:
    """The path of a number's page. Raises NotThere for an id that nothing published has."""
    with ctx.warehouse() as con:
        estimate = find(con, estimate_id.strip().lower())
    return _path(estimate)


def main_results(ctx: PageContext) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(study's title, [(path, words, value)]) of the main results; nothing for a coordinator, who sees pooled numbers
    one by one, as far as they tell nothing of another hospital."""
    if ctx.person.sites is not None:
        return []
    with ctx.warehouse() as con:
        if "analysis.estimate" not in warehouse.relations(con):
            return []
        wanted = " OR ".join(
            "(analysis = ? AND statistic = ? AND term LIKE ? AND endpoint LIKE ?)" for _ in MAIN_RESULTS
        )
        cursor = con.execute(
            f"SELECT * FROM analysis.estimate WHERE variant = 'main' AND population = 'pooled' AND \"at\" IS NULL "
            f"AND ({wanted})",
            [part for one in MAIN_RESULTS for part in one],
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = []
    for study_id in sorted({row["study_id"] for row in rows}):
        naming = Naming(load_study(study_id, ctx.home), ctx.language)
        mine = [row for row in rows if row["study_id"] == study_id]
        found.append(
            (
                ctx.tr(*titles_of(ctx.home, study_id)),
                [(_path(row), naming.short(row), naming.value(row)) for row in mine],
            )
        )
    return found


def _path(estimate: dict[str, Any]) -> str:
    return f"/trace/{estimate['study_id']}/{estimate['snapshot_id']}/{estimate['estimate_id']}"


def cells_of(ctx: PageContext, estimate_id: str, number: int) -> tuple[TracedRow, SourceRows]:
    """One row behind a number, and its delivered rows. Raises NotThere as `traced`, and for a number out of range."""
    with ctx.warehouse() as con:
        estimate = find(con, estimate_id)
    with kept(ctx.home, estimate["study_id"], estimate["variant"]) as con:
        _, rows = rows_of(con, estimate)
        mine = _allowed(ctx.person, estimate, rows)
        if ctx.person.role == READER or not 0 <= number < mine.height:
            ctx.refuse()
        row = mine.row(number, named=True)
    with ctx.warehouse() as con:
        places = origins(con, row["sources"])
        naming = Naming(load_study(estimate["study_id"], ctx.home), ctx.language)
        told = _row(number, row, patient_names(con, ctx.person), own_deliveries(con, ctx.person), naming)
    return told, source_rows(ctx.home, ctx.person, places.values())


def patient_names(con: duckdb.DuckDBPyConnection, person: Person) -> dict[str, str] | None:
    """usubjid -> what a coordinator calls the patient; None for who sees every hospital."""
    if person.sites is None:
        return None
    return dict(
        con.execute(
            "SELECT usubjid, min(site_id || ':' || patient_id) FROM harmonised.person "
            "WHERE site_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY usubjid",
            [sorted(person.sites)],
        ).fetchall()
    )


def own_deliveries(con: duckdb.DuckDBPyConnection, person: Person) -> frozenset[str] | None:
    """The deliveries in force of a coordinator's hospitals; None for who sees every hospital."""
    if person.sites is None:
        return None
    asked = "SELECT delivery_id FROM quality.snapshot_member WHERE site_id IN (SELECT unnest(?::VARCHAR[]))"
    return frozenset(row[0] for row in con.execute(asked, [sorted(person.sites)]).fetchall())


def _row(
    number: int, row: dict[str, Any], names: dict[str, str] | None, own: frozenset[str] | None, naming: Naming
) -> TracedRow:
    patient = row["usubjid"] if names is None else names.get(row["usubjid"])
    visible = [source for source in row["sources"] if own is None or source.partition(":")[0] in own]
    day, result = (row["day"], naming.result(row["result"])) if len(visible) == len(row["sources"]) else (None, None)
    return TracedRow(number, patient, row["siteid"], day, result, len(visible))


def _allowed(person: Person, estimate: dict[str, Any], rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that a person may see. Raises NotThere where the number itself is another hospital's or a patient's."""
    mine = rows if person.sites is None else rows.filter(pl.col("siteid").is_in(list(person.sites)))
    statistics = OF_ONE_PATIENT.get(estimate["analysis"], ())
    is_a_patients = statistics is None or estimate["statistic"] in statistics
    if not _is_whole(person, estimate) or (is_a_patients and (person.role == READER or mine.is_empty())):
        raise NotThere("There is nothing here, or it is not yours to see", todo="go back and choose from the list")
    return mine


def _is_whole(person: Person, estimate: dict[str, Any]) -> bool:
    """Whether the number is no other hospital's, nor everybody's but another hospital's."""
    if person.sites is None:
        return True
    named = [estimate["population"].partition(":")[2]]
    named += [estimate["grp"]] if estimate["analysis"] == "by_hospital" else []
    variable, _, level = estimate["term"].partition("=")
    named += [level] if variable in ("site", "siteid") else []
    return all(site in person.sites for site in named if site)


def _gives_away(person: Person, estimate: dict[str, Any], rows: pl.DataFrame, mine: pl.DataFrame, study: Study) -> bool:
    """Whether the number says of fewer patients than may be released: of those elsewhere, beside a coordinator's own;
    to a reader of one hospital's, which the report masks too."""
    is_of_hospital = estimate["population"].startswith("site:") or estimate["analysis"] == "by_hospital"
    if person.role == READER:
        return is_of_hospital and 0 < _persons(rows) < study.release.min_count
    return person.sites is not None and 0 < _persons(rows) - _persons(mine) < study.release.min_count


def _persons(rows: pl.DataFrame) -> int:
    return rows["usubjid"].drop_nulls().n_unique()
