"""The sentences of a patient's story.

Belongs here: which sentence one fact row gets, nothing decided. Does not belong here: reading rows (facts.py), their
order (narrate.py), the sentences in each language (report/catalogue/explanation.yaml). Numbers come from the rows;
thresholds from the row of harmonised.definition.
"""

from __future__ import annotations

from typing import Any

from haicplatform.report.document.messages import Words

Row = dict[str, Any]


class Sentences:
    """`language`: en or ko. `rule`: the row of harmonised.definition that the story is told by."""

    def __init__(self, language: str, rule: Row) -> None:
        self._words = Words(language)
        self.language = language
        self.rule = rule

    def __call__(self, key: str, **values: object) -> str:
        return self._words(f"explain.{key}", **values)

    def code(self, code: str) -> str:
        """A controlled term in words where the catalogue has some."""
        return self._words(f"code.{code}") if self._words.has(f"code.{code}") else code.replace("_", " ")

    def named(self, row: Row, code: str) -> str:
        """What the study file calls a code, and the code."""
        label = (row["label_ko"] if self.language == "ko" else None) or row["label"]
        return self("coded", label=label, code=code) if label and label != code else code

    def definition(self) -> str:
        """The definition of response in words."""
        since = self("since_detection" if self.rule["backdate"] else "since_criteria")
        return self("rule", name=self.rule["definition"], pr=self._pr(), pd=self._pd(), since=since)

    def record(self, row: Row) -> tuple[str, list[str]]:
        sex = self.code(row["sex"]) if row["sex"] else self("sex_unknown")
        place = {"site": row["site_id"], "number": row["patient_id"], "sex": sex}
        what = self("record", **place, year=row["birth_year"]) if row["birth_year"] else self("record_no_year", **place)
        why = [self(f"link_{row['link_basis']}")] if row["link_basis"] != "SINGLE" else []
        why += [self("sex_conflict")] if row["has_sex_conflict"] else []
        return what, why + ([self("birth_conflict")] if row["has_birth_year_conflict"] else [])

    def course(self, row: Row) -> tuple[str, list[str]]:
        text = self("start", regimen=self.code(row["regimen"]), sites=", ".join(row["site_ids"]))
        if row["is_open"]:
            text += f", {self('ongoing')}"
        else:
            last, is_local = row["last_dose_date"], row["kind"] == "LOCAL"
            if last and not (is_local and last == row["start_date"]):
                text += f", {self('until' if is_local else 'last_dose', day=last)}"
            text += f", {self('stop.' + row['stop_reason'])}" if row["stop_reason"] not in (None, "ONGOING") else ""
        why = [self("parts", number=row["n_parts"])] if row["n_parts"] > 1 else []
        if row["recorded_start_date"] != row["start_date"]:
            why.append(self("first_dose", day=row["recorded_start_date"]))
        return text, why + (self._stage(row) if row["has_response"] else [])

    def _stage(self, row: Row) -> list[str]:
        derived, recorded = row["bclc_derived"], row["bclc_recorded"]
        key = {(True, True): "bclc", (True, False): "bclc_derived", (False, True): "bclc_recorded"}
        found = [self(key.get((bool(derived), bool(recorded)), "bclc_none"), derived=derived, recorded=recorded)]
        if row["child_pugh_score"] is None:
            return [*found, self("child_pugh_none")]
        return [*found, self("child_pugh", grade=row["child_pugh_class"], score=row["child_pugh_score"])]

    def baseline(self, row: Row) -> str:
        days = row["days_before"]
        when = self("start_day" if days == 0 else "day_before" if days == 1 else "days_before", days=days)
        sum_mm = self("sum", mm=number(row["baseline_sum_mm"]), sizes=self._sizes(row["lesions"]))
        others = {0: "no_nontarget", 1: "one_nontarget"}.get(row["n_nontarget"], "nontargets")
        return self(
            "baseline",
            when=when,
            exam=self._exam(row),
            targets=sum_mm if row["n_target"] else self("no_target"),
            others=self(others, number=row["n_nontarget"]),
        )

    def of_baseline(self, status: str) -> list[str]:
        """Why a baseline is less than usual, by baseline_status."""
        window, fallback = self.rule["baseline_window_days"], self.rule["baseline_fallback_days"]
        return [self(f"baseline_{status}", window=window, fallback=fallback)] if status in ("STALE", "NONE") else []

    def _exam(self, row: Row) -> str:
        return self("exam", exam=row["exam_no"], site=row["site_id"], reader=row["reader_id"])

    def visit(self, row: Row) -> str:
        place = self("exam_day", day=row["day"], exam=self._exam(row))
        response = row["overall_response"] or self("no_derived")
        recorded = ", ".join(
            self(
                f"recorded_{one['criterion']}",
                response=self("same") if one["agreement"] == "MATCH" else one["response"],
            )
            for one in row["recorded"] or []
        )
        key = "visit_recorded" if recorded else "visit"
        return self(key, response=response, place=place, recorded=recorded)

    def later_visits(self, rows: list[Row]) -> str:
        """Exams after the progression of a course is known."""
        key = "later_exams" if len(rows) > 1 else "later_exam"
        return self(key, number=len(rows), reader=rows[0]["reader_id"], until=rows[-1]["exam_date"])

    def override(self, row: Row) -> str:
        """A threshold that the study replaces."""
        said = {"name": row["threshold"], "definition": row["of_definition"]}
        threshold = self(f"threshold.{row['threshold']}")
        return self("override", threshold=threshold, own=row["own"], theirs=row["theirs"], **said)

    def of_visit(self, row: Row) -> list[str]:
        """Why an exam has its response: targets, non-targets, how the two combine."""
        if row["overall_response"] is None:
            return [self("nothing_measured")]
        found = self.of_baseline(row["baseline_status"])
        if row["baseline_status"] == "NONE":
            return found
        if row["n_target"]:
            found.append(self._target(row))
        elif row["nontarget_response"] is None:
            found.append(self("no_disease"))
        if row["nontarget_response"] is not None:
            found.append(self(f"nontarget_{row['nontarget_response']}"))
        if row["target_response"] == "CR" and row["overall_without_new"] == "PR":
            found.append(self("cr_with_nontarget"))
        return found

    def of_new(self, row: Row) -> list[str]:
        """What a PD that rests on new lesions alone would be without them, and since when it was known."""
        found = []
        if row["new_lesion"] == "Y" and row["overall_without_new"] != "PD":
            found.append(self("without_new", response=row["overall_without_new"]))
        if row["pd_known_date"] and row["pd_known_date"] > row["exam_date"]:
            found.append(self("known_later", day=row["pd_known_date"]))
        return found

    def _target(self, row: Row) -> str:
        """The sum beside the baseline and the smallest sum so far, with the threshold that each is held against."""
        if row["measured_sum_mm"] is None:
            return self("targets_NE")
        fallen = self("from_baseline", change=_change(row, "baseline"), mm=number(row["baseline_sum_mm"]))
        grown = self("from_smallest", change=_change(row, "nadir"), mm=number(row["nadir_mm"]))
        response, least_mm = row["target_response"], self.rule["pd_abs_mm"]
        if response == "PD" and row["nadir_mm"] == 0:
            why = self("why_PD_again_mm", mm=number(least_mm)) if least_mm else self("why_PD_again")
        else:
            said = {"fallen": fallen, "grown": grown, "pr": self._pr(), "pd": self._pd()}
            why = self(f"why_{response or 'none'}", **said)
        return self(
            "targets" if row["sum_mm"] is not None else "targets_part",
            response=response or self("none_enhancing"),
            mm=number(row["measured_sum_mm"]),
            sizes=self._sizes(row["lesions"]),
            why=why,
        )

    def _sizes(self, lesions: list[Row] | None) -> str:
        sizes = [
            f"{one['lesion_id']} {self('not_measurable') if one['measure_mm'] is None else number(one['measure_mm'])}"
            for one in lesions or []
        ]
        return ", ".join(sizes)

    def _pr(self) -> str:
        return self("fall", least=self._least("pr"))

    def _pd(self) -> str:
        least, mm = self._least("pd"), self.rule["pd_abs_mm"]
        return self("rise_mm", least=least, mm=number(mm)) if mm else self("rise", least=least)

    def _least(self, of: str) -> str:
        return self("or_more" if self.rule[f"{of}_inclusive"] else "more_than", number=number(self.rule[f"{of}_pct"]))

    def new_lesion(self, row: Row) -> str:
        """A lesion that counts as progression, and since when."""
        seen = "; ".join(self._sighting(one, row) for one in row["sightings"] if one["exam_date"] <= row["met_date"])
        said = self._lesion(row) | {"criterion": self(f"criterion.{row['criterion']}"), "day": row["met_date"]}
        if row["met_date"] == row["detected_date"]:
            return self("new", **said, seen=seen)
        return self("new_earlier", **said, first=row["detected_date"], seen=seen)

    def unaccepted(self, row: Row) -> str:
        """A lesion that a reader called new and that is no progression."""
        seen = "; ".join(self._sighting(one, row) for one in row["sightings"])
        why = self("there_before" if row["is_earlier"] else "never_met")
        return self("not_new", **self._lesion(row), reader=row["reader_id"], why=why, seen=seen)

    def _lesion(self, row: Row) -> Row:
        return {"lesion": row["lesion_id"], "organ": self(f"organ.{row['organ']}")}

    def _sighting(self, one: Row, lesion: Row) -> str:
        parts = [str(one["exam_date"])]
        parts += [f"{number(one['size_mm'])} mm"] if one["size_mm"] is not None else []
        if one["aphe"] == "Y" and one["washout"] == "Y":
            parts.append(self("typical"))
        elif lesion["organ"] == "LIVER" and "N" in (one["aphe"], one["washout"]):
            parts.append(self("not_typical"))
        return " ".join(parts + ([self(f"cytology.{one['cytology']}")] if one["cytology"] else []))

    def progression(self, row: Row, visit: Row) -> tuple[str, list[str]]:
        """The progression of a course, with what is not a new lesion."""
        why = [self("grew")] if visit["target_response"] == "PD" else []
        why += [self("nontarget_progressed")] if visit["nontarget_response"] == "PD" else []
        return self("progression", reader=row["reader_id"]), why

    def death(self, row: Row) -> tuple[str, list[str]]:
        if row["is_resolved"]:
            known = row["date_precision"]
            why = [self(f"precision.{known}")] if known != "day" else []
            if (row["days_evidence_after"] or 0) > 0:
                why.append(self("life_after", days=row["days_evidence_after"]))
            return self("died", source=self(f"source.{row['source']}"), site=row["site_id"]), why
        reason = self(f"unresolved.{row['unresolved_reason']}")
        first, last = row["earliest_date"], row["latest_date"]
        possible = self("possible", first=first, last=last) if last else self("possible_open", first=first)
        return self("died_unresolved"), [self("last_sign", reason=reason, day=row["last_evidence_date"]), possible]


def number(value: Any) -> str:
    return "?" if value is None else f"{float(value):g}"


def _change(row: Row, of: str) -> str:
    """The change against the baseline or the nadir in %, in mm where that was 0."""
    percent = row[f"{of}_change_pct"]
    before = row["baseline_sum_mm"] if of == "baseline" else row["nadir_mm"]
    text = f"{float(row['measured_sum_mm'] - before):+g} mm" if percent is None else f"{float(percent):+.1f} %"
    return text.replace("-", "−")
