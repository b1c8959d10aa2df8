"""What a study file contradicts: itself, or the definitions and hospitals that there are.

Belongs here: each contradiction with its line. Does not belong here: the form of one entry (parts.py).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from haicplatform.resources import sql_dir
from haicplatform.settings import Home
from haicplatform.sites.yaml_lines import Lines, Mistake
from haicplatform.studies.variables import CATALOGUE

if TYPE_CHECKING:
    from haicplatform.studies.study import Study


@cache
def definitions() -> dict[str, dict]:
    """definition -> its row, read from the one SQL file that declares them."""
    from haicplatform.sql_files import read
    from haicplatform.warehouse import connect

    with connect() as con:
        cursor = con.execute(read(sql_dir() / "harmonised" / "definition.sql").sql)
        names = [column[0] for column in cursor.description]
        return {row[names.index("definition")]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def contradictions(study: Study, lines: Lines, home: Home | None) -> list[Mistake]:
    """(line, sentence) for each name that does not exist and each pair of entries that contradict each other."""
    found = _names(study, lines) + _variables(study, lines) + _hospitals(study, lines, home)
    known = definitions()
    asked = {("definition",): study.definition} | {
        ("sensitivity", position, "definition"): entry.definition
        for position, entry in enumerate(study.sensitivity)
        if entry.definition is not None
    }
    for loc, name in asked.items():
        if name in known:
            found += _windows(study, lines, known[name])
        else:
            found.append((lines.of(*loc), f"there is no definition {name!r}; there are {', '.join(known)}"))
    return found


def _names(study: Study, lines: Lines) -> list[Mistake]:
    """Names that must be declared, be given once, or have a form."""
    found = []
    for variant, one in study.variants().items():
        if one.reference_group not in one.groups:
            sentence = f"the reference_group {one.reference_group!r} is no group of the analysis {variant}"
            found.append((lines.of("reference_group"), f"{sentence}; there are {', '.join(one.groups)}"))
    for key, names in {
        "exclude": [exclusion.reason for exclusion in study.exclude],
        "sensitivity": [entry.name for entry in study.sensitivity],
        "table1": [name for name, _ in study.table1_codings],
    }.items():
        for position, name in enumerate(names):
            if name in names[:position]:
                found.append((lines.of(key, position), f"{name} is given twice in {key}"))
    for position, entry in enumerate(study.sensitivity):
        found += [
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
            found.append((lines.of("endpoints", paramcd), sentence))
    return found


def _variables(study: Study, lines: Lines) -> list[Mistake]:
    """Variables that do not exist, and levels and references that contradict each other."""
    entries = [
        (("table1", position, name), name, coding, False)
        for position, (name, coding) in enumerate(study.table1_codings)
    ]
    entries += [(("covariates", name), name, coding, True) for name, coding in study.covariates.items()]
    found = []
    for loc, name, coding, is_covariate in entries:
        if name not in CATALOGUE:
            found.append((lines.of(*loc), f"there is no variable {name!r}; there are {', '.join(CATALOGUE)}"))
            continue
        try:
            variable = coding.variable(name)
        except ValueError as error:
            found.append((lines.of(*loc), str(error)))
            continue
        if is_covariate and variable.kind == "category" and (not variable.levels or variable.reference is None):
            found.append((lines.of(*loc), f"the covariate {name!r} needs levels and a reference"))
    return found


def _hospitals(study: Study, lines: Lines, home: Home | None) -> list[Mistake]:
    if study.site_ids is None:
        return []
    from haicplatform.sites.site import list_sites

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
