"""What a number is, in words: which analysis, of whom, which statistic; and the number as text.

Belongs here: joining the study's own names with those of the registry of estimates, and with words.yaml for
what a row says. Does not belong here: who may see it, a layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from haicplatform.estimation.registry import Wording, registry
from haicplatform.report.document.labels import Names
from haicplatform.report.document.messages import Words
from haicplatform.report.document.number_format import adaptive, fixed, p_text, ratio
from haicplatform.studies.study import Study

RATIOS = ("hr", "shr", "prediction", "ratio", "ratio_lost", "reference")
SHARES = ("rate", "survival", "cif")
COUNTED = ("patients", "findings", "findings_by_rule", "deliveries", "readings", "pairs", "hospitals")
_HEADS = {
    "study": ("연구", "Study"),
    "analysis": ("분석", "Analysis"),
    "variant": ("민감도 분석", "Sensitivity analysis"),
    "population": ("대상", "Population"),
    "endpoint": ("평가변수", "Endpoint"),
    "grp": ("군", "Group"),
    "term": ("항목", "Of"),
    "statistic": ("통계량", "Statistic"),
    "at": ("시점", "At"),
    "method": ("방법", "Method"),
}
_POPULATIONS = {
    "pooled": ("전체 병원", "all hospitals"),
    "matched": ("성향점수 매칭 집단", "matched by propensity score"),
    "weighted": ("성향점수 가중 집단", "weighted by propensity score"),
}
KOREAN = "ko"


@cache
def _results() -> dict[str, list[str]]:
    return yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))


def _wordings(kind: str) -> Mapping[str, Wording]:
    known = registry()
    return {"analysis": known.analyses, "statistic": known.statistics, "term": known.terms}[kind]


class Naming:
    """The words of a study's numbers in one language (ko or en)."""

    def __init__(self, study: Study, language: str) -> None:
        self._place = 0 if language == KOREAN else 1
        self._words = Words(language)
        self._names = Names(study, self._words)
        self._codings = {coding.name: coding.label for coding in study.subgroup_list}

    def facts(self, row: dict[str, Any]) -> list[tuple[str, str]]:
        """(what, in words) of every part of an estimate's key that says something, in order."""
        said = {
            "study": self._names.title,
            "analysis": self.of("analysis", row["analysis"]),
            "variant": "" if row["variant"] == "main" else self._names.variants.get(row["variant"], row["variant"]),
            "population": self.population(row["population"]),
            "endpoint": self._endpoint(row["endpoint"]),
            "grp": self._group(row),
            "term": self.term(row["term"]),
            "statistic": self.of("statistic", row["statistic"]),
            "at": "" if row["at"] is None else self._months(row["at"]),
            "method": row["method"],
        }
        return [(_HEADS[name][self._place], text) for name, text in said.items() if text]

    def short(self, row: dict[str, Any]) -> str:
        """One line that tells a number from others of its study."""
        parts = [
            self.of("analysis", row["analysis"]),
            "" if row["population"] == "pooled" else self.population(row["population"]),
            self._endpoint(row["endpoint"]),
            self._group(row),
            self.term(row["term"]),
            self.of("statistic", row["statistic"]),
            "" if row["at"] is None else self._months(row["at"]),
        ]
        return " · ".join(part for part in parts if part)

    def value(self, row: dict[str, Any]) -> str:
        """The number with its interval and unit, or why there is none."""
        if row["value"] is None:
            return self._names.sentence(row["status"])
        text = self._number(row, row["value"])
        if row["ci_low"] is not None or row["ci_high"] is not None:
            ends = ["NR" if row[end] is None else self._number(row, row[end]) for end in ("ci_low", "ci_high")]
            # the unit stands once
            bare = [re.sub(r"( months| %|개월)$", "", end) for end in ends]
            text += f" (95% CI {bare[0]}–{bare[1]})"
        return text

    def status(self, row: dict[str, Any]) -> str:
        """What is to be read with a number that has a value; empty where nothing is."""
        return "" if row["status"] == "ok" or row["value"] is None else self._names.sentence(row["status"])

    def result(self, text: str | None) -> str:
        """What a row says (`result` of sql/lineage/trace), its codes in words."""
        return " · ".join(self._piece(piece) for piece in (text or "").split(" · "))

    def _piece(self, text: str) -> str:
        if text in _results():
            return _results()[text][self._place]
        parts = [self._token(part) for part in text.split(", ")]
        return ", ".join(parts)

    def _token(self, text: str) -> str:
        number = re.fullmatch(r"([\d.]+) (months|cycles)", text)
        if number and self._place == 0:
            return f"{number[1]}{'개월' if number[2] == 'months' else '주기'}"
        if text in _results():
            return _results()[text][self._place]
        for kind in ("statistic", "term"):
            if text in _wordings(kind):
                return self.of(kind, text)
        if text in self._names.groups:
            return self._names.group(text)
        if text in self._names.exclusions:
            return self._names.exclusion(text)
        return self._names.code(text) if self._words.has(f"code.{text}") else text

    def of(self, kind: str, name: str) -> str:
        """The words of an analysis, a statistic or a term."""
        wording = _wordings(kind).get(name)
        return (wording.ko, wording.en)[self._place] if wording else name.replace("_", " ")

    def population(self, name: str) -> str:
        if name in _POPULATIONS:
            return _POPULATIONS[name][self._place]
        kind, _, site = name.partition(":")
        return site if kind == "site" else (f"{site} 제외" if self._place == 0 else f"without {site}")

    def term(self, name: str) -> str:
        variable, mark, level = name.partition("=")
        if not name or name in registry().terms:
            return self.of("term", name) if name else ""
        if variable == "excluded":
            return f"{self.of('term', variable)}: {self._names.exclusion(level)}"
        if variable in ("cycles", "rdi"):
            return f"{self._names.code(level)} {self.of('term', 'cycles') if variable == 'cycles' else ''}".strip()
        if mark and variable not in self._names.variables and variable != "group":
            return f"{self._variable(variable)}: {self._names.of_code(level)}"
        return self._names.term(name) if mark else self._variable(name)

    def _variable(self, name: str) -> str:
        return self._codings[name] if name not in self._names.variables and name in self._codings else (
            self._names.variable(name)
        )  # fmt: skip

    def _endpoint(self, name: str) -> str:
        own = {"BOR": ("최고 반응", "best response"), "CBOR": ("확정 최고 반응", "confirmed best response"),
               "OVR": ("검사별 반응", "response by exam")}  # fmt: skip
        return own[name][self._place] if name in own else self._names.endpoints.get(name, name)

    def _group(self, row: dict[str, Any]) -> str:
        return self._names.group(row["grp"]) if row["grp"] else ""

    def _months(self, at: float) -> str:
        return f"{fixed(at, 1)}개월" if self._place == 0 else f"{fixed(at, 1)} months"

    def _number(self, row: dict[str, Any], value: float) -> str:
        statistic, unit = row["statistic"], row["unit"]
        if statistic == "p" or statistic.endswith("_p") or statistic == "p_overall":
            return p_text(value)
        if statistic in RATIOS:
            return ratio(value)
        if statistic in SHARES:
            return f"{fixed(100 * value, 1)} %"
        if unit in COUNTED:
            text = fixed(value, 0)
            return f"{text}명" if unit == "patients" and self._place == 0 else text
        if unit == "months":
            return self._months(value)
        if unit.startswith("%"):
            return f"{fixed(value, 1)} %"
        return adaptive(value) if abs(value) >= 10 else fixed(value, 3)
