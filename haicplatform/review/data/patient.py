"""One patient for one person: what happened when, the recorded and derived stages, and the rows behind each mark.

Belongs here: access, and the marks in order. Does not belong here: any definition (sql/harmonised), sentences of the
explanation (haicplatform.lineage.explain), the picture (timeline.py).

A coordinator sees what its own hospitals delivered; for a patient who was seen elsewhere too, conclusions that rest on
both are not told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haicplatform.core import sql_graph
from haicplatform.core.errors import NotThere, UsageError
from haicplatform.core.people import READER, Person
from haicplatform.core.resources import sql_dir
from haicplatform.lineage.explain import Line, Story, explain
from haicplatform.lineage.explain.facts import chosen_definition, find_person
from haicplatform.lineage.trace.origins import origins
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.source_rows import SourceRows, source_rows
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

LANES = ("course", "infusion", "scan", "response", "recorded", "lab", "adverse_event", "followup")
STAGES = "stage"
# the laboratory tests that are drawn, in order, by their short names
LABS = {"AFP": "AFP", "BILI_T": "T-bil", "ALB": "Alb"}


@dataclass(frozen=True)
class Mark:
    """One mark of the timeline. number: its place, for a link; value with its unit; until: the end of a bar.

    kind: of a course, as treatment_course has it (HAIC, SYSTEMIC, ...).
    """

    number: int
    lane: str
    day: dt.date
    code: str
    until: dt.date | None = None
    course_no: int | None = None
    reader_id: str | None = None
    value: float | None = None
    unit: str | None = None
    detail: str | None = None
    is_open: bool = False
    is_baseline: bool = False
    row_ids: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True)
class Stage:
    """A stage at the start of a course: what the hospital recorded beside what was derived."""

    scale: str
    course_no: int
    day: dt.date
    recorded: str | None
    derived: str | None
    agreement: str | None


@dataclass(frozen=True)
class Patient:
    """name: the usubjid, for a coordinator `SITE:number`. sites: where the person was seen, as far as may be known.

    facts: sex, birth year and etiology by hospital. definitions: those that can be told; definition: the one that is.
    story: None where it rests on rows that this person may not see. study_ids: studies that include the patient.
    """

    name: str
    sites: tuple[str, ...]
    facts: tuple[tuple[str, str | None, int | None, str | None], ...]
    definition: str
    definitions: tuple[str, ...]
    study_ids: tuple[str, ...]
    marks: tuple[Mark, ...]
    stages: tuple[Stage, ...]
    story: Story | None


def patient(ctx: PageContext, name: str, definition: str | None = None, study_id: str | None = None) -> Patient:
    """What a person may see of a patient. name: usubjid or SITE:number as the platform keeps it.

    Raises NotThere for a patient that does not exist or is not this person's to see.
    """
    with ctx.warehouse() as con:
        usubjid, sites = _seen(con, ctx.person, name)
        records = con.execute(
            "SELECT site_id, patient_id, sex, birth_year, etiology FROM harmonised.person WHERE usubjid = ?"
            " ORDER BY ALL",
            [usubjid],
        ).fetchall()
        every = [row[0] for row in records]
        mine = [row for row in records if row[0] in sites]
        is_whole = set(every) == set(sites)
        known = _definitions(con)
        chosen = chosen_definition(con, None, definition if definition in known else None)[0]
        studies = _studies(con, usubjid)
        study = study_id if study_id in studies and ctx.person.sites is None else None
        return Patient(
            usubjid if ctx.person.sites is None else f"{mine[0][0]}:{mine[0][1]}",
            sites,
            tuple((row[0], *row[2:]) for row in mine),
            chosen,
            known,
            studies if ctx.person.sites is None else (),
            _marks(con, usubjid, chosen, sites),
            _stages(con, usubjid) if is_whole else (),
            _story(con, usubjid, definition if definition in known else None, study, ctx) if is_whole else None,
        )


def rows_of_mark(ctx: PageContext, name: str, definition: str | None, number: int) -> tuple[Mark, SourceRows]:
    """A mark and the delivered rows behind it. Raises NotThere as `patient` does, and for a mark that is not there."""
    with ctx.warehouse() as con:
        usubjid, sites = _seen(con, ctx.person, name)
        chosen = chosen_definition(con, None, definition if definition in _definitions(con) else None)[0]
        marks = _marks(con, usubjid, chosen, sites)
        if not 0 <= number < len(marks):
            ctx.refuse()
        places = origins(con, marks[number].row_ids)
    return marks[number], source_rows(ctx.home, ctx.person, places.values())


def rows_of_line(ctx: PageContext, found: Patient, part: int, line: int) -> tuple[Line, SourceRows]:
    """A line of the patient's story and the delivered rows behind it. Raises NotThere for one that is not there."""
    if found.story is None or not (0 <= part < len(found.story.parts)):
        ctx.refuse()
    lines = found.story.parts[part].lines
    if not 0 <= line < len(lines):
        ctx.refuse()
    with ctx.warehouse() as con:
        places = origins(con, {source.row_id for source in lines[line].sources})
    return lines[line], source_rows(ctx.home, ctx.person, places.values())


def _seen(con: duckdb.DuckDBPyConnection, person: Person, name: str) -> tuple[str, tuple[str, ...]]:
    """(usubjid, hospitals of the patient that the person sees). One answer for unknown and not one's own."""
    try:
        usubjid = find_person(con, name, None, None)
    except UsageError:
        usubjid = ""  # nobody's
    rows = con.execute("SELECT DISTINCT site_id FROM harmonised.person WHERE usubjid = ? ORDER BY 1", [usubjid])
    sites = tuple(row[0] for row in rows.fetchall() if person.may_see(row[0]))
    site, mark, _ = name.partition(":")
    if person.role == READER or not sites or (mark and not person.may_see(site)):
        raise NotThere("There is no such patient", todo="go back and choose from a list")
    return usubjid, sites


def _marks(con: duckdb.DuckDBPyConnection, usubjid: str, definition: str, sites: tuple[str, ...]) -> tuple[Mark, ...]:
    """The marks that rest on rows of these hospitals alone, lane by lane, the oldest first."""
    con.execute("SET VARIABLE person = ?", [usubjid])
    con.execute("SET VARIABLE definition = ?", [definition])
    con.execute("SET VARIABLE tests = ?", [list(LABS)])
    found: list[dict[str, Any]] = []
    for lane in LANES:
        rows = _rows(con, lane)
        found += [row | {"lane": lane} for row in rows if row["day"] and set(row["site_ids"]) <= set(sites)]
    order = {lane: place for place, lane in enumerate(LANES)}
    found.sort(
        key=lambda row: (
            order[row["lane"]], row["day"], row["code"] or "", row.get("reader_id") or "", row.get("course_no") or 0
        )
    )  # fmt: skip
    return tuple(
        Mark(
            number, row["lane"], row["day"], row["code"] or "", row.get("until"), row.get("course_no"),
            row.get("reader_id"), None if row.get("number") is None else float(row["number"]), row.get("unit"),
            row.get("detail"), bool(row.get("is_open")), bool(row.get("is_baseline")), tuple(row["row_ids"] or ()),
            row.get("kind"),
        )
        for number, row in enumerate(found)
    )  # fmt: skip


def _stages(con: duckdb.DuckDBPyConnection, usubjid: str) -> tuple[Stage, ...]:
    con.execute("SET VARIABLE person = ?", [usubjid])
    names = ("scale", "course_no", "day", "recorded", "derived", "agreement")
    return tuple(
        Stage(*(row[name] for name in names)) for row in _rows(con, STAGES) if row["recorded"] or row["derived"]
    )


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    cursor = warehouse.run_sql(con, sql_graph.read(sql_dir() / "pages" / "timeline" / f"{name}.sql"))
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _definitions(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = con.execute("SELECT definition FROM harmonised.definition WHERE is_derived ORDER BY NOT is_default, 1")
    return tuple(row[0] for row in rows.fetchall())


def _studies(con: duckdb.DuckDBPyConnection, usubjid: str) -> tuple[str, ...]:
    if "analysis.cohort" not in warehouse.relations(con):
        return ()
    rows = con.execute("SELECT study_id FROM analysis.cohort WHERE usubjid = ? ORDER BY 1", [usubjid])
    return tuple(row[0] for row in rows.fetchall())


def _story(
    con: duckdb.DuckDBPyConnection, usubjid: str, definition: str | None, study_id: str | None, ctx: PageContext
) -> Story:
    return explain(con, usubjid, study_id=study_id, definition=definition, language=ctx.language)
