"""SQL files: one SELECT a file, what it reads, and the order that follows from that.

Belongs here: parsing (sqlglot, DuckDB's dialect) and ordering. Does not belong here: running anything, or
knowing what a relation means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from haicplatform.errors import UsageError

# A layer may read what comes before it and itself, never what comes after.
LAYERS = ("validated", "quarantined", "reference", "quality", "harmonised", "study", "analysis", "trace")

_VIEW = re.compile(r"^-- Kept as a view:", re.MULTILINE)


@dataclass(frozen=True)
class Read:
    """One relation that a query selects from, and the line that names it."""

    schema: str
    name: str
    line: int

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
    import sqlglot
    from sqlglot import exp

    plain = SqlFile(path, path.name.removesuffix(".sql"), sql, ())
    try:
        statements = [statement for statement in sqlglot.parse(sql, read="duckdb") if statement is not None]
    except sqlglot.errors.ParseError as error:
        first = error.errors[0] if error.errors else {}
        raise plain.error(
            "This SQL file cannot be read", first.get("line"), found=first.get("description"), expected="one SELECT"
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise plain.error(
            "An SQL file holds one SELECT and nothing else",
            found=f"{len(statements)} statements",
            expected="one SELECT",
        )
    names = {cte.alias.lower() for cte in statements[0].find_all(exp.CTE)}
    reads = []
    for table in statements[0].find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue  # a table function such as range()
        schema, name = table.db.lower(), table.name.lower()
        if schema or name not in names:
            reads.append(Read(schema, name, table.this.meta.get("line", 1)))
    return SqlFile(path, plain.name, sql, tuple(reads))


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
                    read_.line,
                    found=read_.relation,
                    expected="a relation of its own or an earlier layer",
                )
            elif read_.relation not in known:
                raise file.error(
                    "This relation does not exist",
                    read_.line,
                    found=read_.relation,
                    expected=f"one of {', '.join(sorted(own))}, or one of an earlier layer",
                    todo="correct the name, or add the file that makes it",
                )
    try:
        return [own[relation] for relation in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        file = own[circle[0]]
        line = next((read_.line for read_ in file.reads if read_.relation == circle[1]), 1)
        raise file.error(
            "These relations read each other in a circle", line, found=" → ".join(circle), expected="no circle"
        ) from None


def _rank(layer: str) -> int:
    return LAYERS.index(layer) if layer in LAYERS else -1
