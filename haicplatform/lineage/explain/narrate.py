"""The story of one patient, part by part.

Belongs here: which facts stand under which heading, in what order, with which rows. Does not belong here: a rule
(sql), wording (messages.py, study_messages.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.lineage.explain import facts, study_messages
from haicplatform.lineage.explain.facts import Row
from haicplatform.lineage.explain.messages import Sentences
from haicplatform.lineage.explain.narrative import Line, Part, Source, Story

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
    language: str = "en",
) -> Story:
    """What the platform concluded about one patient, and from which rows.

    con: a connection to the published warehouse. patient: usubjid, `SITE:patient_id`, or with `site_id` and `home` the
    hospital's own number. With a study: its definition and chosen readers, and its cohort, responses and endpoints.
    language: en or ko.
    Raises UsageError for an unknown patient, hospital, definition or study, and a reader who read none of the exams.
    """
    definition, by_study = facts.chosen_definition(con, study_id, definition)
    usubjid = facts.find_person(con, patient, site_id, home)
    rows = facts.load(con, usubjid, definition, study_id, by_study=by_study)
    readers = {row["reader_id"] for name in ("baseline", "visit") for row in rows[name]}
    if reader is not None and reader not in readers:
        known = f"one of {', '.join(sorted(readers))}" if readers else "none: no exam of this patient was read"
        raise UsageError(f"No exam of this patient was read by a reader {reader!r}", expected=known)
    say = Sentences(language, rows["definition"][0])
    telling = _Narrative(con, rows, reader, say)
    parts = [telling.person()]
    parts += [telling.course(row) for row in rows["course"]]
    parts += telling.end()
    parts += telling.study(study_id) if study_id else []
    told = tuple(part for part in parts if part.lines)
    return Story(usubjid, definition, say.definition(), study_id, told, language)


class _Narrative:
    def __init__(
        self, con: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]], reader: str | None, say: Sentences
    ) -> None:
        self._rows = rows
        self._say = say
        self._sources = facts.sources(con, set(_ids(rows)))
        chosen = {row["course_no"]: row["reader_id"] for row in rows["assessment"]}
        self._wanted = lambda row: row["reader_id"] == (reader or chosen.get(row["course_no"], row["reader_id"]))

    def person(self) -> Part:
        records = self._rows["record"]
        lines = [self._line(*self._say.record(row), row["row_ids"]) for row in records]
        hospitals = len({row["site_id"] for row in records})
        return Part(self._say("person" if hospitals == 1 else "person_many", number=hospitals), tuple(lines))

    def course(self, course: Row) -> Part:
        """The start; then, reader by reader, what was seen in the order of its days."""
        say = self._say
        of_it = {
            name: [row for row in self._rows[name] if row["course_no"] == course["course_no"] and self._wanted(row)]
            for name in ("baseline", "visit", "new_lesion", "progression")
        }
        seen = [(row["reader_id"], self._baseline(row, of_it)) for row in of_it["baseline"]]
        known = {row["reader_id"]: max(row["pd_date"], row["pd_known_date"]) for row in of_it["progression"]}
        later: dict[str, list[Row]] = {}
        for row in of_it["visit"]:
            if row["reader_id"] in known and row["exam_date"] > known[row["reader_id"]]:
                later.setdefault(row["reader_id"], []).append(row)
            else:
                seen.append((row["reader_id"], self._visit(row, of_it["new_lesion"])))
        seen += [(row["reader_id"], self._progression(row, of_it)) for row in of_it["progression"]]
        for row in of_it["new_lesion"]:
            if row["criterion"] is None:
                line = self._line(say.unaccepted(row), [], row["row_ids"], row["first_seen_date"])
                seen.append((row["reader_id"], line))
        for reader, rows in later.items():
            ids = [row_id for row in rows for row_id in (row["row_ids"] or [])]
            seen.append((reader, self._line(say.later_visits(rows), [], ids, rows[0]["exam_date"])))
        seen.sort(key=lambda one: (one[0], one[1].day))
        lines = [self._line(*say.course(course), course["row_ids"], course["start_date"])]
        lines += [line for _, line in seen]
        if course["has_response"] and not of_it["progression"]:
            lines.append(Line(say("no_progression" if of_it["visit"] else "no_exam")))
        title = say("course", number=course["course_no"], regimen=say.code(course["regimen"]))
        return Part(title, tuple(lines))

    def _baseline(self, row: Row, of_it: dict[str, list[Row]]) -> Line:
        why = self._say.of_baseline(row["status"])
        places = {one["site_id"] for one in of_it["baseline"] if one["reader_id"] == row["reader_id"]}
        if len(places) > 1:
            read = {(one["site_id"], one["reader_id"]) for one in of_it["visit"]}
            key = "baseline_of_site" if (row["site_id"], row["reader_id"]) in read else "baseline_unused"
            why.append(self._say(key, site=row["site_id"]))
        return self._line(self._say.baseline(row), why, row["row_ids"], row["exam_date"])

    def _visit(self, row: Row, lesions: list[Row]) -> Line:
        ids = [*(row["row_ids"] or []), *(one["row_id"] for one in row["recorded"] or [])]
        why = self._say.of_visit(row)
        for lesion in self._accepted(row, lesions):
            why.append(self._say.new_lesion(lesion))
            ids += lesion["row_ids"]
        return self._line(self._say.visit(row), why + self._say.of_new(row), ids, row["exam_date"])

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
        what, why = self._say.progression(row, visit)
        why += [self._say.new_lesion(lesion) for lesion in self._accepted(visit, of_it["new_lesion"])]
        if row["pd_known_date"] > row["pd_date"]:
            why.append(self._say("dated_back", day=row["pd_known_date"]))
        return self._line(what, why, row["row_ids"], row["pd_date"])

    def end(self) -> list[Part]:
        lines = [self._line(*self._say.death(row), row["row_ids"], row["death_date"]) for row in self._rows["death"]]
        return [Part(self._say("death"), tuple(lines))]

    def study(self, study_id: str) -> list[Part]:
        say, title = self._say, self._say("of_study", study=study_id)
        if not self._rows["membership"]:
            return [Part(title, (Line(say("not_assessed")),))]
        member = self._rows["membership"][0]
        what, why = study_messages.membership(say, member)
        why += [say.override(row) for row in self._rows["override"] if member["is_included"]]
        parts = [Part(title, (self._line(what, why, member["row_ids"], member["index_date"]),))]
        if self._rows["best"]:
            parts.append(Part(say("counted"), tuple(self._best())))
        ends = [
            self._line(study_messages.endpoint(say, row), [], row["row_ids"], row["end_date"])
            for row in self._rows["endpoint"]
        ]
        return [*parts, Part(say("endpoints"), tuple(ends) if member["is_included"] else (Line(say("no_endpoint")),))]

    def _best(self) -> Iterable[Line]:
        rule = self._rows["best"][0]
        for row in self._rows["assessment"]:
            if row["is_counted"]:
                what = self._say("on_day", response=row["response"], day=row["day"])
                why = study_messages.assessment(self._say, row, rule)
                yield self._line(what, why, row["row_ids"], row["day_date"])
        for row in self._rows["best"]:
            yield self._line(study_messages.best(self._say, row), [], row["row_ids"], row["day_date"])

    def _line(self, what: str, why: list[str], row_ids: list[str], day: date | None = None) -> Line:
        found: list[Source] = [self._sources[row_id] for row_id in row_ids if row_id in self._sources]
        return Line(what, tuple(why), tuple(sorted(set(found))), day)


def _ids(rows: dict[str, list[Row]]) -> Iterable[str]:
    for row in (row for part in rows.values() for row in part):
        for name in ("row_ids", "new_lesion_row_ids"):
            yield from row.get(name) or []
        yield from (one["row_id"] for one in row.get("recorded") or [])
