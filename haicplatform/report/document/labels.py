"""Words for codes: variables, levels, groups, reasons, statuses.

Belongs here: how a code reads, from the study file or the catalogue. Does not belong here: the codes themselves,
numbers.
"""

from __future__ import annotations

import re

from haicplatform.report.document.messages import Words
from haicplatform.studies.study import Study
from haicplatform.studies.study_model import Endpoint
from haicplatform.studies.variables import Variable

ALL = "all"
GROUP = "group"


class Names:
    """The names of a study's groups, endpoints, exclusions and variables in one language."""

    def __init__(self, study: Study, words: Words) -> None:
        self.words = words
        self.title = words.pick(study, "title") or study.study_id
        self.groups = {name: words.pick(group) or name for name, group in study.groups.items()}
        self.endpoints = {name: self._endpoint(name, endpoint) for name, endpoint in study.endpoints.items()}
        self.curves = {name: self._curve(endpoint) for name, endpoint in study.endpoints.items()}
        self.exclusions = {entry.reason: words.pick(entry) or self._reason(entry.reason) for entry in study.exclude}
        self.variables: dict[str, Variable] = {v.name: v for v in (*study.covariate_list, *study.baseline_table)}
        self.own = {name: coding for name, coding in (*study.covariates.items(), *study.table1_codings)}
        self.variants = {entry.name: words.pick(entry) or entry.name for entry in study.sensitivity}
        self.order = (study.reference_group, *(name for name in study.groups if name != study.reference_group))

    def group(self, name: str) -> str:
        return self.groups.get(name, self.words("all_patients") if name == ALL else name)

    @property
    def compared(self) -> str:
        """The last group against the reference."""
        return self.words("against", a=self.group(self.order[-1]), b=self.group(self.order[0]))

    def exclusion(self, code: str) -> str:
        return self.exclusions.get(code, self._reason(code))

    def variable(self, name: str) -> str:
        if name == GROUP:
            return self.words("treatment_group")
        if name not in self.variables:
            return self.code(name)
        key = f"variable.{name}"
        if self.words.language == "en" or not self.words.has(key):
            return self.variables[name].label
        return getattr(self.own[name], f"label_{self.words.language}", None) or self.words(key)

    def level(self, term: str) -> str:
        """The level of `variable=level`, in words."""
        name, _, value = term.partition("=")
        return self.group(value) if name == GROUP else self.of_code(value)

    def term(self, term: str) -> str:
        """`variable=level` or a variable, in words."""
        name, mark, _ = term.partition("=")
        return (
            self.words("of_level", variable=self.variable(name), level=self.level(term))
            if mark
            else self.variable(term)
        )

    def of_code(self, text: str) -> str:
        """A level as a reader writes it: B or C, ≥1, Yes."""
        parts = [self.code(part).replace(">=", "≥").replace("<=", "≤") for part in text.split("|")]
        return self.words.series(parts, "or")

    def code(self, code: str) -> str:
        """A controlled term in words where the catalogue has some."""
        key = f"code.{code}"
        return self.words(key) if self.words.has(key) else code.replace("_", " ")

    def sentence(self, status: str) -> str:
        """A status of an estimate as a plain sentence."""
        code, _, detail = status.partition(":")
        key = f"status.{code.strip()}"
        if not self.words.has(key):
            return self.words("status.other", status=status)
        return self.words(key, detail=self.detail(detail.strip()))

    def detail(self, text: str) -> str:
        """What a status is about: terms of models in words, counts as they are."""
        text = ", ".join(" × ".join(self._model_term(part) for part in piece.split(":")) for piece in text.split(", "))
        counts = re.fullmatch(r"(<?\d+) events? for (\d+) coefficients?", text)
        if counts:
            return self.words("detail.events_for_coefficients", events=counts[1], coefficients=counts[2])
        key = f"detail.{text}"
        return self.words(key) if self.words.has(key) else text

    def _model_term(self, piece: str) -> str:
        name, _, value = piece.partition("=")
        if name == "siteid":
            return self.words("of_level", variable=self.words("head.hospital"), level=value)
        return self.term(piece) if name == GROUP or name in self.variables else piece

    def _endpoint(self, name: str, endpoint: Endpoint) -> str:
        """The study's label; ours in another language where its English is the usual one."""
        key = f"endpoint.{name}"
        label = self.words.pick(endpoint) or name
        usual = label == endpoint.label and self.words.has(key) and Words("en")(key) == label
        return self.words(key) if usual else label

    def _curve(self, endpoint: Endpoint) -> str:
        """What the height of an endpoint's Kaplan-Meier curve is: the study's words, else ours for start and events."""
        events = "_".join(sorted({event.removeprefix("clinical_") for event in endpoint.events}))
        key = f"curve.{endpoint.start.removeprefix('confirmed_')}.{events}"
        return self.words.pick(endpoint, "curve") or self.words(key if self.words.has(key) else "curve.other")

    def _reason(self, code: str) -> str:
        return code.replace("_", " ").capitalize() if len(code) > 4 else code
