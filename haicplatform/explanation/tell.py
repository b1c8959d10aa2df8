"""The story of one patient, part by part.

Belongs here: which facts stand under which heading, in what order, with which rows. Does not belong here: a rule
(sql), wording (words.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from haicplatform.explanation import facts, words
from haicplatform.explanation.facts import Row
from haicplatform.explanation.story import Line, Part, Source, Story
from haicplatform.settings import Home
from schemas.harmonised.definition import Definition

if TYPE_CHECKING:
    import duckdb


def explain(
    con: duckdb.DuckDBPyConnection,
    patient: str,
    *,
    site_id: str | None = None,
    study_id: str | None = None,
    definition: str | None = None,
    reader: str | None = None,
    home: Home | None = None,
) -> Story:
    """What the platform concluded about one patient, and from which rows.

    con: a connection to the published warehouse. patient: usubjid, `SITE:patient_id`, or with `site_id` and `home` the
    hospital's own number. With a study: its definition and chosen readers, and its cohort, responses and endpoints.
    Raises UsageError for an unknown patient, hospital, definition or study.
    """
    definition, by_study = facts.chosen_definition(con, study_id, definition)
    usubjid = facts.find_person(con, patient, site_id, home)
    rows = facts.load(con, usubjid, definition, study_id, by_study=by_study)
    telling = _Telling(con, rows, reader)
    parts = [telling.person()]
    parts += [telling.course(row) for row in rows["course"]]
    parts += telling.end()
    parts += telling.study(study_id) if study_id else []
    text = words.definition(rows["definition"][0])
    return Story(usubjid, definition, text, study_id, tuple(part for part in parts if part.lines))


class _Telling:
    def __init__(self, con: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]], reader: str | None) -> None:
        self._rows = rows
        self._rule = rows["definition"][0]
        self._sources = facts.sources(con, set(_ids(rows)))
        chosen = {row["course_no"]: row["reader_id"] for row in rows["assessment"]}
        self._wanted = lambda row: row["reader_id"] == (reader or chosen.get(row["course_no"], row["reader_id"]))

    def person(self) -> Part:
        records = self._rows["record"]
        lines = []
        for row in records:
            why = [words.LINKED[row["link_basis"]]] if row["link_basis"] in words.LINKED else []
            why += ["the linked records disagree on sex"] if row["has_sex_conflict"] else []
            why += ["the linked records disagree on the year of birth"] if row["has_birth_year_conflict"] else []
            what = f"{row['site_id']}, number {row['patient_id']}: {row['sex'] or '?'}, born {row['birth_year'] or '?'}"
            lines.append(self._line(what, why, row["row_ids"]))
        hospitals = len({row["site_id"] for row in records})
        return Part("Person" if hospitals == 1 else f"Person, seen at {hospitals} hospitals", tuple(lines))

    def course(self, course: Row) -> Part:
        lines = [self._line(words.course(course), words.of_course(course), course["row_ids"], course["start_date"])]
        of_it = {
            name: [row for row in self._rows[name] if row["course_no"] == course["course_no"] and self._wanted(row)]
            for name in ("baseline", "visit", "new_lesion", "progression")
        }
        for row in of_it["baseline"]:
            why = [words.BASELINES[row["status"]]] if row["status"] in words.BASELINES else []
            if len({one["site_id"] for one in of_it["baseline"] if one["reader_id"] == row["reader_id"]}) > 1:
                why.append(f"for the exams that were read at {row['site_id']}")
            lines.append(self._line(words.baseline(row), why, row["row_ids"], row["exam_date"]))
        known = {row["reader_id"]: max(row["pd_date"], row["pd_known_date"]) for row in of_it["progression"]}
        later: dict[str, list[Row]] = {}
        for row in of_it["visit"]:
            if row["reader_id"] in known and row["exam_date"] > known[row["reader_id"]]:
                later.setdefault(row["reader_id"], []).append(row)
            else:
                lines.append(self._visit(row, of_it["new_lesion"]))
        for rows in later.values():
            ids = [row_id for row in rows for row_id in (row["row_ids"] or [])]
            lines.append(self._line(words.later_visits(rows), [], ids, rows[0]["exam_date"]))
        for row in of_it["new_lesion"]:
            if row["criterion"] is None:
                lines.append(self._line(words.unaccepted(row), [], row["row_ids"], row["first_seen_date"]))
        for row in of_it["progression"]:
            lines.append(self._progression(row, of_it))
        if course["has_response"] and not of_it["progression"]:
            lines.append(Line("no progression on this course" if of_it["visit"] else "no response after the start"))
        return Part(f"Course {course['course_no']}: {course['regimen']}", tuple(lines))

    def _visit(self, row: Row, lesions: list[Row]) -> Line:
        ids = [*(row["row_ids"] or []), *(one["row_id"] for one in row["recorded"] or [])]
        why = words.of_visit(row, self._rule)
        for lesion in self._accepted(row, lesions):
            why.append(words.new_lesion(lesion))
            ids += lesion["row_ids"]
        if row["pd_known_date"] and row["pd_known_date"] > row["exam_date"]:
            why.append(f"back-dated: this PD was known only from the scan of {row['pd_known_date']}")
        return self._line(words.visit(row), why, ids, row["exam_date"])

    def _accepted(self, visit: Row, lesions: list[Row]) -> list[Row]:
        """The new lesions behind a visit's PD: those whose rows visit_response names."""
        behind = set(visit["new_lesion_row_ids"] or [])
        return [row for row in lesions if row["criterion"] and behind & set(row["row_ids"])]

    def _progression(self, row: Row, of_it: dict[str, list[Row]]) -> Line:
        visit = next(
            one
            for one in of_it["visit"]
            if (one["site_id"], one["exam_no"], one["reader_id"]) == (row["site_id"], row["exam_no"], row["reader_id"])
        )
        why = []
        if visit["target_response"] == "PD":
            why.append("the targets grew")
        if visit["nontarget_response"] == "PD":
            why.append("a non-target progressed")
        why += [words.new_lesion(lesion) for lesion in self._accepted(visit, of_it["new_lesion"])]
        if row["pd_known_date"] > row["pd_date"]:
            why.append(f"dated back to the first detection; known from the scan of {row['pd_known_date']}")
        return self._line(
            f"progression of this course, read by {row['reader_id']}", why, row["row_ids"], row["pd_date"]
        )

    def end(self) -> list[Part]:
        lines = []
        for row in self._rows["death"]:
            what, why = words.death(row)
            lines.append(self._line(what, why, row["row_ids"], row["death_date"]))
        return [Part("Death", tuple(lines))]

    def study(self, study_id: str) -> list[Part]:
        title = f"Study {study_id}"
        if not self._rows["membership"]:
            return [Part(title, (Line("the person is not among those whom the study assessed"),))]
        member = self._rows["membership"][0]
        what, why = words.membership(member)
        why += [words.override(row, _thresholds()) for row in self._rows["override"]]
        lines = [self._line(what, why, member["row_ids"], member["index_date"])]
        parts = [Part(title, tuple(lines))]
        if self._rows["best"]:
            parts.append(Part("Responses the study counts", tuple(self._best())))
        parts.append(
            Part(
                "Endpoints",
                tuple(
                    self._line(words.endpoint(row), [], row["row_ids"], row["end_date"])
                    for row in self._rows["endpoint"]
                ),
            )
        )
        return parts

    def _best(self) -> Iterable[Line]:
        rule = self._rows["best"][0]
        for row in self._rows["assessment"]:
            if row["is_counted"]:
                what = f"{row['response']} on day {row['day']}"
                yield self._line(what, words.assessment(row, rule), row["row_ids"], row["day_date"])
        for row in self._rows["best"]:
            name = "best response, unconfirmed" if row["paramcd"] == "BOR" else "best response, confirmed"
            yield self._line(f"{name}: {row['response']}", [], row["row_ids"], row["day_date"])

    def _line(self, what: str, why: list[str], row_ids: list[str], day: date | None = None) -> Line:
        found: list[Source] = [self._sources[row_id] for row_id in row_ids if row_id in self._sources]
        return Line(what, tuple(why), tuple(sorted(set(found))), day)


def _thresholds() -> dict[str, str]:
    """threshold -> what it is, as its model says."""
    columns = Definition.to_schema().columns
    return {name: column.description for name, column in columns.items()}


def _ids(rows: dict[str, list[Row]]) -> Iterable[str]:
    for row in (row for part in rows.values() for row in part):
        for name in ("row_ids", "new_lesion_row_ids"):
            yield from row.get(name) or []
        yield from (one["row_id"] for one in row.get("recorded") or [])
