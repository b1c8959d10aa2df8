"""The definitions of response that a study may use: those that the platform ships, and those of its own file.

Belongs here: reading the shipped rows, and which thresholds follow from `like`. Does not belong here: any threshold
(sql/harmonised/definition.sql, a study file), applying one (sql).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from haicplatform.core.resources import sql_dir
from haicplatform.core.yaml_lines import Lines, Mistake
from haicplatform.studies.study_model import OwnDefinition

Row = dict[str, Any]


@cache
def shipped() -> dict[str, Row]:
    """definition -> its row, read from the one SQL file that declares them."""
    from haicplatform.core.sql_graph import read
    from haicplatform.warehouse.warehouse import connect

    with connect() as con:
        cursor = con.execute(read(sql_dir() / "harmonised" / "definition.sql").sql)
        names = [column[0] for column in cursor.description]
        return {row[names.index("definition")]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def line_of(name: str, own: dict[str, OwnDefinition]) -> list[str]:
    """`name` and those that it is like, one after another: a shipped definition last, unless there is none."""
    found = [name]
    while found[-1] in own and own[found[-1]].like not in found:
        found.append(own[found[-1]].like)
    return found


def changed_thresholds(name: str, own: dict[str, OwnDefinition]) -> Row:
    """threshold -> value, for each that the study's definition says otherwise than the shipped one it goes back to."""
    found: Row = {}
    for one in reversed([one for one in line_of(name, own) if one in own]):
        found |= own[one].said
    return found


def rows(own: dict[str, OwnDefinition]) -> dict[str, Row]:
    """definition -> its row, of the shipped definitions and of those of `own` that go back to one of them."""
    found = dict(shipped())
    for name in own:
        root = line_of(name, own)[-1]
        if root in shipped() and name not in shipped():
            found[name] = shipped()[root] | {"definition": name, "is_default": False} | changed_thresholds(name, own)
    return found


def mistakes(own: dict[str, OwnDefinition], lines: Lines) -> list[Mistake]:
    """(line, sentence) for each definition of a study file that cannot be, or contradicts itself."""
    found = []
    complete = rows(own)
    for name, one in own.items():
        at = lines.of("definitions", name, "like")
        line = line_of(name, own)
        if name in shipped() or name == "main":
            found.append((lines.of("definitions", name), f"the name {name!r} is taken; call the definition otherwise"))
        elif line[-1] in own:
            circle = [*line[line.index(own[line[-1]].like) :], own[line[-1]].like]
            found.append((at, f"these definitions are like each other in a circle: {' → '.join(circle)}"))
        elif line[-1] not in shipped():
            if line[-1] == one.like:
                found.append((at, f"there is no definition {one.like!r}; there are {', '.join([*shipped(), *own])}"))
        else:
            found += [(lines.of("definitions", name, key), said) for key, said in _contradictions(one, complete[name])]
    return found


def _contradictions(one: OwnDefinition, row: Row) -> list[tuple[str, str]]:
    """(threshold, sentence), thresholds taken together with those of the definition it is like."""
    found = []
    if not row["is_derived"]:
        return [(key, f"{key} cannot change a response that is taken as recorded") for key in one.of_lesions]
    window, fallback = row["baseline_window_days"], row["baseline_fallback_days"]
    if window > fallback:
        key = "baseline_window_days" if "baseline_window_days" in one.said else "baseline_fallback_days"
        sentence = f"baseline_window_days {window} is more than baseline_fallback_days {fallback}"
        found.append((key, f"{sentence}: a baseline in the window would be too old to be used"))
    kept = next(other["baseline_fallback_days"] for other in shipped().values() if other["is_default"])
    if fallback > kept:
        found.append(("baseline_fallback_days", f"scans are kept up to {kept} days before a start, not {fallback}"))
    return found
