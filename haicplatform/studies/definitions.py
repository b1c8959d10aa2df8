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
    line = [name]
    while line[-1] in own and own[line[-1]].like not in line:
        line.append(own[line[-1]].like)
    return line


def changed_thresholds(name: str, own: dict[str, OwnDefinition]) -> Row:
    """threshold -> value, for each that the study's definition says otherwise than the shipped one it goes back to."""
    thresholds: Row = {}
    for ancestor in reversed([each for each in line_of(name, own) if each in own]):
        thresholds |= own[ancestor].said
    return thresholds


def rows(own: dict[str, OwnDefinition]) -> dict[str, Row]:
    """definition -> its row, of the shipped definitions and of those of `own` that go back to one of them."""
    complete = dict(shipped())
    for name in own:
        root = line_of(name, own)[-1]
        if root in shipped() and name not in shipped():
            complete[name] = shipped()[root] | {"definition": name, "is_default": False} | changed_thresholds(name, own)
    return complete


def mistakes(own: dict[str, OwnDefinition], lines: Lines) -> list[Mistake]:
    """(line, sentence) for each definition of a study file that cannot be, or contradicts itself."""
    wrong = []
    complete = rows(own)
    for name, each in own.items():
        at = lines.of("definitions", name, "like")
        line = line_of(name, own)
        if name in shipped() or name == "main":
            wrong.append((lines.of("definitions", name), f"the name {name!r} is taken; call the definition otherwise"))
        elif line[-1] in own:
            circle = [*line[line.index(own[line[-1]].like) :], own[line[-1]].like]
            wrong.append((at, f"these definitions are like each other in a circle: {' → '.join(circle)}"))
        elif line[-1] not in shipped():
            if line[-1] == each.like:
                wrong.append((at, f"there is no definition {each.like!r}; there are {', '.join([*shipped(), *own])}"))
        else:
            wrong += [
                (lines.of("definitions", name, key), sentence)
                for key, sentence in _contradictions(each, complete[name])
            ]
    return wrong


def _contradictions(definition: OwnDefinition, row: Row) -> list[tuple[str, str]]:
    """(threshold, sentence), thresholds taken together with those of the definition it is like."""
    wrong = []
    if not row["is_derived"]:
        return [(key, f"{key} cannot change a response that is taken as recorded") for key in definition.of_lesions]
    window, fallback = row["baseline_window_days"], row["baseline_fallback_days"]
    if window > fallback:
        key = "baseline_window_days" if "baseline_window_days" in definition.said else "baseline_fallback_days"
        sentence = f"baseline_window_days {window} is more than baseline_fallback_days {fallback}"
        wrong.append((key, f"{sentence}: a baseline in the window would be too old to be used"))
    kept = next(other["baseline_fallback_days"] for other in shipped().values() if other["is_default"])
    if fallback > kept:
        wrong.append(("baseline_fallback_days", f"scans are kept up to {kept} days before a start, not {fallback}"))
    return wrong
