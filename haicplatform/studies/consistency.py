"""What a study file contradicts: itself, or the definitions and hospitals that there are.

Belongs here: each contradiction with its line. Does not belong here: the form of one entry (study_model.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haicplatform.core.settings import Home
from haicplatform.core.yaml_lines import Lines, Mistake, Path_
from haicplatform.studies import definitions
from haicplatform.studies.analysis_checks import of_analyses, of_baseline
from haicplatform.studies.variables import CATALOGUE

if TYPE_CHECKING:
    from haicplatform.studies.study import Study
    from haicplatform.studies.study_model import Coding, Sensitivity


def contradictions(study: Study, lines: Lines, home: Home | None) -> list[Mistake]:
    """(line, sentence) for each name that does not exist and each pair of entries that contradict each other."""
    mistakes = _names(study, lines) + _variables(study, lines) + _hospitals(study, lines, home)
    mistakes += of_analyses(study, lines) + _baseline(study, lines)
    mistakes += definitions.mistakes(study.definitions, lines)
    known = definitions.rows(study.definitions)
    named = {("definition",): study.definition} | {
        ("sensitivity", position, "definition"): entry.definition
        for position, entry in enumerate(study.sensitivity)
        if entry.definition is not None
    }
    for loc, name in named.items():
        if name in known:
            mistakes += _windows(study, lines, known[name])
        elif name not in study.definitions:
            mistakes.append((lines.of(*loc), f"there is no definition {name!r}; there are {', '.join(known)}"))
    return mistakes + _thresholds(study, lines, known)


def _names(study: Study, lines: Lines) -> list[Mistake]:
    """Names that must be declared, be given once, or have a form."""
    mistakes: list[Mistake] = []
    for variant, varied in study.variants().items():
        if varied.reference_group not in varied.groups:
            sentence = f"the reference_group {varied.reference_group!r} is no group of the analysis {variant}"
            mistakes.append((lines.of("reference_group"), f"{sentence}; there are {', '.join(varied.groups)}"))
    listed: dict[str, list] = {
        "exclude": [exclusion.reason for exclusion in study.exclude],
        "sensitivity": [entry.name for entry in study.sensitivity],
        "table1": [name for name, _ in study.table1_codings],
        "rates_at_months": list(study.rates_at_months),
    }
    for key, names in listed.items():
        for position, name in enumerate(names):
            if name in names[:position]:
                mistakes.append((lines.of(key, position), f"{name} is given twice in {key}"))
    for position, entry in enumerate(study.sensitivity):
        mistakes += [
            (
                lines.of("sensitivity", position, "endpoints", paramcd),
                f"{paramcd} is no endpoint of the study; there are {', '.join(study.endpoints)}",
            )
            for paramcd in entry.endpoints or {}
            if paramcd not in study.endpoints
        ]
    for paramcd in study.endpoints:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,15}", paramcd):
            sentence = f"endpoint {paramcd!r}: a name is up to 16 capital letters, digits and _"
            mistakes.append((lines.of("endpoints", paramcd), sentence))
    return mistakes


def _variables(study: Study, lines: Lines) -> list[Mistake]:
    """Variables that do not exist, and levels and references that contradict each other."""
    entries: list[tuple[Path_, str, Coding, bool]] = [
        (("table1", position, name), name, coding, False)
        for position, (name, coding) in enumerate(study.table1_codings)
    ]
    entries += [(("covariates", name), name, coding, True) for name, coding in study.covariates.items()]
    mistakes: list[Mistake] = []
    for loc, name, coding, is_covariate in entries:
        if name not in CATALOGUE:
            mistakes.append((lines.of(*loc), f"there is no variable {name!r}; there are {', '.join(CATALOGUE)}"))
            continue
        try:
            variable = coding.variable(name)
        except ValueError as error:
            mistakes.append((lines.of(*loc), str(error)))
            continue
        if is_covariate and variable.kind == "category" and (not variable.levels or variable.reference is None):
            mistakes.append((lines.of(*loc), f"the covariate {name!r} needs levels and a reference"))
    return mistakes


def _baseline(study: Study, lines: Lines) -> list[Mistake]:
    """Conditions on baseline values, of the study and of its sensitivity analyses."""
    mistakes: list[Mistake] = []
    places: list[tuple[Path_, Study | Sensitivity]] = [((), study)]
    places += [(("sensitivity", at), entry) for at, entry in enumerate(study.sensitivity)]
    for place, analysis in places:
        for name, group in (analysis.groups or {}).items():
            mistakes += of_baseline(group, lines, *place, "groups", name)
        for position, exclusion in enumerate(analysis.exclude or ()):
            mistakes += of_baseline(exclusion.when, lines, *place, "exclude", position, "when")
    return mistakes


def _hospitals(study: Study, lines: Lines, home: Home | None) -> list[Mistake]:
    if study.site_ids is None:
        return []
    from haicplatform.sites.loading import list_sites

    known = sorted(list_sites(home))
    return [
        (lines.of("sites", position), f"there is no hospital {site!r}; there are {', '.join(known)}")
        for position, site in enumerate(study.site_ids)
        if site not in known
    ]


# The study's name of a window -> the definition's.
_WINDOWS = {"labs_days": "labs_days", "baseline_days": "baseline_status_days"}


def _windows(study: Study, lines: Lines, definition: dict) -> list[Mistake]:
    """The derived scores use the definition's windows; a study's other baseline values must use the same."""
    return [
        (
            lines.of("windows", key),
            f"{key} {getattr(study.windows, key)} contradicts {column} {definition[column]} "
            f"of the definition {definition['definition']}",
        )
        for key, column in _WINDOWS.items()
        if definition[column] != getattr(study.windows, key)
    ]


def _thresholds(study: Study, lines: Lines, known: dict[str, dict]) -> list[Mistake]:
    """Thresholds without effect: of lesions where responses are as recorded, or said by two places differently."""
    places: dict[str, Path_] = {entry.name: ("sensitivity", at) for at, entry in enumerate(study.sensitivity)}
    places["main"] = ()
    overrides = [(each.definition, each.response, places[name]) for name, each in study.variants().items()]
    used = {name for name, _, _ in overrides}
    overrides += [(name, study.response, ()) for name in study.definitions if name not in used]
    mistakes: list[Mistake] = []
    for name, response, place in overrides:
        if name in known and not known[name]["is_derived"]:
            mistakes += [
                (lines.of(*place, "response", threshold), f"{threshold} cannot change a response taken as recorded")
                for threshold in response.of_lesions
            ]
        own = definitions.changed_thresholds(name, study.definitions)
        mistakes += [
            (
                lines.of("definitions", name, threshold),
                f"{threshold} {own[threshold]} of the definition {name} contradicts {threshold} {value} of response, "
                "which would win; say it in one of them",
            )
            for threshold, value in response.said.items()
            if own.get(threshold, value) != value
        ]
    return mistakes
