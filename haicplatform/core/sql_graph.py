"""SQL files: one SELECT a file, what it reads, and the order that follows from that.

Belongs here: parsing and ordering. Does not belong here: running anything, or knowing what a relation means.

DuckDB says what a file reads; sqlglot, which takes seven times as long, is asked where DuckDB cannot say and for the
line of an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from haicplatform.core.errors import UsageError

# A layer may read what comes before it and itself, never what comes after.
LAYERS = ("validated", "quarantined", "reference", "quality", "harmonised", "study", "analysis", "trace")

_VIEW = re.compile(r"^-- Kept as a view:", re.MULTILINE)


@dataclass(frozen=True)
class Read:
    """One relation that a query selects from."""

    schema: str
    name: str

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: its name without `.sql`, its text, and the relations it selects from."""

    path: Path
    name: str
    sql: str
    reads: tuple[Read, ...]

    @property
    def kind(self) -> str:
        """TABLE, or VIEW where the header says `Kept as a view`: for what only repeats the rows of other relations."""
        return "VIEW" if _VIEW.search(self.sql) else "TABLE"

    def error(self, what: str, line: int | None = None, **more: str | None) -> UsageError:
        return UsageError(what, file=f"{self.path.parent.name}/{self.path.name}", row=line, **more)


def load(folder: Path) -> list[SqlFile]:
    """Every `*.sql` of a folder, by name. Raises UsageError for a file that is not exactly one SELECT."""
    return [read(path) for path in sorted(folder.glob("*.sql"))]


def read(path: Path) -> SqlFile:
    """One SQL file as it is now. Raises UsageError for a file that is not exactly one SELECT."""
    return _parsed(path, path.read_text(encoding="utf-8").strip().rstrip(";"))


@lru_cache(maxsize=1024)
def _parsed(path: Path, sql: str) -> SqlFile:
    plain = SqlFile(path, path.name.removesuffix(".sql"), sql, ())
    reads = _read_by_duckdb(sql)
    if reads is None:
        reads = set(_lines(plain))
    return SqlFile(path, plain.name, sql, tuple(sorted(reads, key=lambda each: each.relation)))


def _read_by_duckdb(sql: str) -> set[Read] | None:
    """What a SELECT reads; None where the text is anything else, or DuckDB wants the relations to be there."""
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return None
        found = duckdb.get_table_names(sql, qualified=True)
    except duckdb.Error:
        return None
    # `schema.name AS alias`, a name that is also a word of SQL in quotes
    names = [each.partition(" AS ")[0].lower().replace('"', "").split(".") for each in found]
    return {Read(".".join(name[:-1]), name[-1]) for name in names}


def _lines(file: SqlFile) -> dict[Read, int]:
    """What a SELECT reads, and the first line that names it. Raises UsageError for anything but one SELECT."""
    import sqlglot
    from sqlglot import exp

    try:
        statements = [statement for statement in sqlglot.parse(file.sql, read="duckdb") if statement is not None]
    except sqlglot.errors.ParseError as error:
        first = error.errors[0] if error.errors else {}
        raise file.error(
            "This SQL file cannot be read", first.get("line"), found=first.get("description"), expected="one SELECT"
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise file.error(
            "An SQL file holds one SELECT and nothing else",
            found=f"{len(statements)} statements",
            expected="one SELECT",
        )
    names = {cte.alias.lower() for cte in statements[0].find_all(exp.CTE)}
    lines: dict[Read, int] = {}
    for table in statements[0].find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue  # a table function such as range()
        schema, name = table.db.lower(), table.name.lower()
        if schema or name not in names:
            each = Read(schema, name)
            lines[each] = min(table.this.meta.get("line", 1), lines.get(each, 10**9))
    return lines


def order(files: list[SqlFile], layer: str, known: set[str]) -> list[SqlFile]:
    """The files in an order in which each relation exists before it is read.

    files: the files of `layer`, each making `<layer>.<name>`; known: relations that exist already.
    Raises UsageError, with file and line, for a cycle, a read from a later layer, or an unknown relation.
    """
    own = {f"{layer}.{file.name}": file for file in files}
    graph: dict[str, set[str]] = {}
    for relation, file in own.items():
        graph[relation] = set()
        for read_ in file.reads:
            if read_.relation in own:
                graph[relation].add(read_.relation)
            elif _rank(read_.schema) > _rank(layer):
                raise file.error(
                    f"The layer {layer} may not read from the later layer {read_.schema}",
                    _lines(file).get(read_),
                    found=read_.relation,
                    expected="a relation of its own or an earlier layer",
                )
            elif read_.relation not in known:
                raise file.error(
                    "This relation does not exist",
                    _lines(file).get(read_),
                    found=read_.relation,
                    expected=f"one of {', '.join(sorted(own))}, or one of an earlier layer",
                    todo="correct the name, or add the file that makes it",
                )
    try:
        return [own[relation] for relation in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        file = own[circle[0]]
        line = next((line for read_, line in _lines(file).items() if read_.relation == circle[1]), 1)
        raise file.error(
            "These relations read each other in a circle", line, found=" → ".join(circle), expected="no circle"
        ) from None


def _rank(layer: str) -> int:
    return LAYERS.index(layer) if layer in LAYERS else -1
