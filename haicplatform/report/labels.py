"""Words for codes: variables, levels, responses, reasons.

Belongs here: how a code reads in English. Does not belong here: the codes themselves, numbers.
"""

from __future__ import annotations

from haicplatform.studies.study import Study
from haicplatform.studies.variables import Variable

WORDS = {
    "Y": "Yes",
    "N": "No",
    "M": "Male",
    "F": "Female",
    "ALCOHOL": "Alcohol",
    "OTHER": "Other",
    "UNKNOWN": "Unknown",
    "HBV_HCV": "HBV and HCV",
}
RESPONSES = {
    "CR": "Complete response",
    "PR": "Partial response",
    "SD": "Stable disease",
    "NON-CR/NON-PD": "Non-CR/non-PD",
    "PD": "Progressive disease",
    "NE": "Not evaluable",
    "MISSING": "No assessment",
    "ORR": "Objective response (CR, PR)",
    "DCR": "Disease control (CR, PR, SD)",
}
RESPONSE_SOURCES = {
    "derived": "derived from the lesions",
    "recorded": "as the hospitals recorded them",
    "derived_else_recorded": "derived from the lesions, or as recorded where no lesion was delivered",
}
METHODS = {
    "pearson": "Pearson chi-square without continuity correction",
    "fisher": "Fisher’s exact test",
    "student_t": "Student’s t test",
    "welch_t": "Welch’s t test",
}
METHOD_MARKS = {"pearson": "a", "fisher": "b", "student_t": "c", "welch_t": "d"}


def level(text: str) -> str:
    """A level as a reader writes it: B or C, ≥1, Yes."""
    parts = [WORDS.get(part, part) for part in text.split("|")]
    parts = [part.replace(">=", "≥").replace("<=", "≤").replace("_", " ") for part in parts]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def reason(code: str) -> str:
    """An exclusion reason in words: its code in lower case where the study gives no label."""
    return code.replace("_", " ").capitalize() if len(code) > 4 else code


class Names:
    """The names of a study's groups, endpoints, exclusions and variables."""

    def __init__(self, study: Study) -> None:
        self.groups = {name: group.label for name, group in study.groups.items()}
        self.endpoints = {name: endpoint.label for name, endpoint in study.endpoints.items()}
        self.exclusions = {entry.reason: entry.label or reason(entry.reason) for entry in study.exclude}
        self.variables: dict[str, Variable] = {v.name: v for v in (*study.covariate_list, *study.baseline_table)}
        self.order = (study.reference_group, *(name for name in study.groups if name != study.reference_group))

    def group(self, name: str) -> str:
        return self.groups.get(name, "All patients" if name == "all" else name)

    def exclusion(self, code: str) -> str:
        return self.exclusions.get(code, reason(code))

    def variable(self, name: str) -> str:
        if name == "group":
            return "Treatment group"
        return self.variables[name].label if name in self.variables else name

    def level(self, term: str) -> str:
        """The level of `variable=level`, in words."""
        name, _, value = term.partition("=")
        return self.group(value) if name == "group" else level(value)
