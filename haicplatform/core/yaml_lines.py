"""YAML with line numbers, so that every mistake in a file a person wrote is said with its line.

Belongs here: reading YAML text into plain data with the line of each entry, and saying pydantic's errors as
sentences with file and line. Does not belong here: what a site or a study file may contain (their models).

Scalars stay the text that was written (`01` is not 1, `N` is not False, `no` is not False); only an unquoted
null, `~` or nothing is None. The models turn text into numbers and booleans where their fields are such.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from haicplatform.core.errors import UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Path_ = tuple[str | int, ...]


class Lines:
    """Line (1-based) of every entry of a YAML text, by its path of keys and list positions."""

    def __init__(self) -> None:
        self._lines: dict[Path_, int] = {(): 1}

    def put(self, path: Path_, line: int) -> None:
        self._lines.setdefault(path, line)

    def of(self, *path: str | int) -> int:
        """Line of the entry, or of its nearest enclosing entry; unknown steps (list wrappers) are skipped."""
        known: Path_ = ()
        for step in path:
            if (*known, step) in self._lines:
                known = (*known, step)
        return self._lines[known]


def parse(text: str, file: str) -> tuple[Any, Lines]:
    """Plain data and lines of one YAML document.

    Raises UsageError with file and line for text that is no YAML, or that says a key twice.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(
            "The file is not valid YAML",
            file=file,
            row=mark.line + 1 if mark else None,
            found=getattr(error, "problem", None) or str(error).splitlines()[0],
            todo="Check indentation, colons and quotes at that line",
        ) from None
    lines = Lines()
    return (None if node is None else _build(node, (), lines, file)), lines


def _build(node: yaml.Node, path: Path_, lines: Lines, file: str) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines.put((*path, index), item.start_mark.line + 1)
        return [_build(item, (*path, index), lines, file) for index, item in enumerate(node.value)]
    built: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            merged |= _build(value_node, path, lines, file)
            continue
        if key in built:
            raise UsageError(f"The entry `{key}` is written twice", file=file, row=line, todo="Keep one of the two")
        lines.put((*path, key), line)
        built[key] = _build(value_node, (*path, key), lines, file)
    return merged | built


Mistake = tuple[int, str]


def mistakes_of(error: ValidationError, lines: Lines) -> list[Mistake]:
    """pydantic's errors as (line, sentence)."""
    mistakes: list[Mistake] = []
    for one in _told(error):
        loc = [step for step in one["loc"] if not (isinstance(step, str) and _WRAPPER.match(step))]
        where = ".".join(str(step) for step in loc if not isinstance(step, int))
        if one["type"] == "extra_forbidden":
            sentence = f"unknown key `{loc[-1]}`" + (f" in {where.rpartition('.')[0]}" if len(loc) > 1 else "")
        elif not loc and one["type"] != "value_error":
            sentence = "this is not a list of entries `key: value`"
        elif one["type"] == "missing":
            sentence = f"`{where}` is missing"
        else:
            text = one["msg"].removeprefix("Value error, ")
            sentence = (f"`{where}`: " if where else "") + text[:1].lower() + text[1:]
            if isinstance(one["input"], str):
                sentence += f" (found {one['input']!r})"
        mistakes.append((lines.of(*loc), sentence))
    return mistakes


# What pydantic puts into a place for the branch of a union that it tried, and for a key.
_WRAPPER = re.compile(r"\[key\]$|(literal|tuple|constrained-str|list)(\[.*)?$")


def _told(error: ValidationError) -> list[ErrorDetails]:
    """pydantic's errors without those that only follow from another: a list emptied by a wrong item, a text that is
    no list where a text was possible too."""
    every = error.errors()
    inner = [one["loc"][:-1] for one in every if one["type"] != "too_short"]
    texts = [one["loc"][:-1] for one in every if one["type"] == "literal_error"]
    lists = [one["loc"][:-1] for one in every if one["type"] == "tuple_type"]
    return [
        one | {"msg": f"{one['msg']}, or a list"}
        if one["type"] == "literal_error" and one["loc"][:-1] in lists
        else one
        for one in every
        if not (one["type"] == "too_short" and one["loc"] in inner)
        and not (one["type"] == "tuple_type" and isinstance(one["input"], str) and one["loc"][:-1] in texts)
    ]


def refuse(file: Path | str, mistakes: list[Mistake], kind: str) -> None:
    """Raise one UsageError that names every mistake with its line; nothing if there is none."""
    if not mistakes:
        return
    unique = sorted(set(mistakes))
    listed = "; ".join(f"line {line}: {sentence}" for line, sentence in unique)
    count = "a mistake" if len(unique) == 1 else f"{len(unique)} mistakes"
    raise UsageError(
        f"The {kind} has {count}: {listed}", file=str(file), row=unique[0][0], todo="Correct the named lines"
    )
