"""What the analyses and baseline conditions of a study file contradict.

Belongs here: names that the entry `analyses:`, or a condition on baseline values, uses and the study does not have.
Does not belong here: the other contradictions (consistency.py), the form of one entry (analyses.py, study_model.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haicplatform.core.yaml_lines import Lines, Mistake
from haicplatform.studies.study_model import Condition
from haicplatform.studies.variables import CATALOGUE, parts_of

if TYPE_CHECKING:
    from haicplatform.studies.study import Study

MISSING = "missing"


def of_analyses(study: Study, lines: Lines) -> list[Mistake]:
    """(line, sentence) for each name under `analyses:` that means nothing in this study."""
    return _subgroups(study, lines) + _competing(study, lines) + _propensity(study, lines)


def _subgroups(study: Study, lines: Lines) -> list[Mistake]:
    mistakes, known = [], dict(study.table1_codings) | study.covariates
    for position, (name, coding) in enumerate(study.analyses.subgroup_codings):
        line = lines.of("analyses", "subgroups", position)
        if name not in CATALOGUE:
            mistakes.append((line, f"there is no variable {name!r}; there are {', '.join(CATALOGUE)}"))
            continue
        try:
            used = coding or known.get(name)
            if used is None or not used.variable(name).levels:
                mistakes.append((line, f"the subgroup {name!r} needs levels: here, as a covariate, or in table1"))
        except ValueError as error:
            mistakes.append((line, str(error)))
    return mistakes


def _competing(study: Study, lines: Lines) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for paramcd, sources in study.analyses.competing.items():
        line = lines.of("analyses", "competing", paramcd)
        if paramcd not in study.endpoints:
            mistakes.append((line, f"{paramcd} is no endpoint of the study; there are {', '.join(study.endpoints)}"))
        elif both := sorted(set(sources) & set(study.endpoints[paramcd].events)):
            mistakes.append((line, f"{', '.join(both)} is an event of {paramcd} and cannot compete with it"))
    return mistakes


def _propensity(study: Study, lines: Lines) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for position, entry in enumerate(study.analyses.propensity):
        line = lines.of("analyses", "propensity", position)
        unknown = [name for name in entry.covariates if name not in study.covariates]
        if unknown:
            mistakes.append((line, f"{', '.join(unknown)}: a covariate of the score must be one of covariates"))
        if len(study.groups) != 2:
            mistakes.append((line, f"a propensity score needs two groups; there are {', '.join(study.groups)}"))
    return mistakes


def of_baseline(condition: Condition, lines: Lines, *place: str | int) -> list[Mistake]:
    """(line, sentence) for each variable or level under `baseline:` of a condition that there is not."""
    mistakes: list[Mistake] = []
    for name, levels in (condition.baseline or {}).items():
        line = lines.of(*place, "baseline", name)
        if name not in CATALOGUE:
            mistakes.append((line, f"there is no variable {name!r}; there are {', '.join(CATALOGUE)}"))
            continue
        is_text = CATALOGUE[name][1] == "category"
        for comparison, number, part in (part for level in levels if level != MISSING for part in parts_of(level)):
            if is_text and comparison != "=":
                mistakes.append((line, f"{name} has no numbers to compare {part!r} with"))
            if not is_text and number is None:
                mistakes.append((line, f"the level {part!r} of {name} is no number and no comparison such as <=100"))
    return mistakes
