"""From estimates to the rows behind them, by the registry of estimates.

Belongs here: joining estimates with the relations of schema trace. Does not belong here: making those
(trace_relations.py), where a row lies in a hospital's file (origins.py), who may see it (review/trace.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from haicplatform.core.errors import NotThere
from haicplatform.estimation.registry import Row, row_of
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

# what of a population's name says whose rows count
_SCOPES = """
    e.*,
    CASE WHEN contains(term, '=') THEN split_part(term, '=', 1) ELSE term END AS variable,
    CASE WHEN contains(term, '=') THEN term[length(split_part(term, '=', 1)) + 2:] END AS level,
    CASE WHEN starts_with(population, 'site:') THEN population[6:] END AS only_site,
    CASE WHEN starts_with(population, 'leave_out:') THEN population[11:] END AS without_site,
    CASE WHEN population IN ('matched', 'weighted') THEN population END AS member_of
"""


@dataclass(frozen=True)
class Counted:
    """One estimate and what its rows come to. expected: what it must be; None where its rows do not say."""

    estimate: dict[str, Any]
    persons: int
    rows: int
    with_source: int
    expected: float | None


def find(con: duckdb.DuckDBPyConnection, estimate_id: str) -> dict[str, Any]:
    """The row of analysis.estimate. Raises NotThere for an id that nothing published has."""
    rows = []
    if "analysis.estimate" in warehouse.relations(con):  # not before the first study was run
        rows = _dicts(con.execute("SELECT * FROM analysis.estimate WHERE estimate_id = ?", [estimate_id]))
    if not rows:
        raise NotThere(
            "No published number has this id",
            todo="open the newest report of the study; a report of an earlier snapshot is repeated with "
            "`haic study run --snapshot`",
        )
    return rows[0]


def rows_of(con: duckdb.DuckDBPyConnection, estimate: dict[str, Any]) -> tuple[Row, pl.DataFrame]:
    """The rule and the rows behind an estimate: usubjid, siteid, day, result, sources (row ids).

    con: as made by relations.traceable for the estimate's study and variant. Raises NotThere where no rule fits.
    """
    rule = row_of(estimate)
    if rule is None:
        raise NotThere("Nothing says what stands behind this number")
    _ask(con, [estimate["estimate_id"]])
    found = con.execute(
        f"SELECT r.usubjid, r.siteid, r.day, r.result, r.sources {_joined(con, rule)} ORDER BY ALL"
    ).pl()
    return rule, found


def count_all(con: duckdb.DuckDBPyConnection, variant: str) -> Iterator[Counted]:
    """Every estimate of a variant with the number of its patients and rows, in one query a rule and statistic.

    An estimate that no rule fits has -1 persons.
    """
    estimates = _dicts(con.execute("SELECT * FROM trace.estimate WHERE variant = ?", [variant]))
    by_rule: dict[tuple[Row | None, str | None], list[dict[str, Any]]] = {}
    for one in estimates:
        rule = row_of(one)
        by_rule.setdefault((rule, rule.expected(one["statistic"]) if rule else None), []).append(one)
    for (rule, expected), asked in by_rule.items():
        if rule is None:
            yield from (Counted(one, -1, -1, 0, None) for one in asked)
            continue
        _ask(con, [one["estimate_id"] for one in asked])
        counted = con.execute(
            f"SELECT e.estimate_id, count(DISTINCT r.usubjid), count(*), count(*) FILTER (len(r.sources) > 0), "
            f"({expected or 'NULL'})::DOUBLE {_joined(con, rule)} GROUP BY e.estimate_id"
        ).fetchall()
        found = {row[0]: row[1:] for row in counted}
        nothing = (0, 0, 0, 0.0 if expected and expected.startswith("count(") else None)
        yield from (Counted(one, *found.get(one["estimate_id"], nothing)) for one in asked)


def beside(con: duckdb.DuckDBPyConnection, estimate: dict[str, Any], rule: Row) -> list[dict[str, Any]]:
    """The estimates that this one was made from, as the rule names them."""
    found: list[dict[str, Any]] = []
    for changes in rule.beside:
        where, values = ["variant = ?", "estimate_id <> ?"], [estimate["variant"], estimate["estimate_id"]]
        for part in ("analysis", "population", "endpoint", "grp", "term", "statistic"):
            wanted = changes.get(part, estimate[part])
            if wanted == "each":
                where.append(f"{part} NOT IN ('', 'all')")
            elif part == "term" and wanted in ("levels", "any", "variable"):
                variable = estimate["term"].partition("=")[0]
                wanted = {"levels": f"{variable}=%", "any": "%", "variable": variable}[wanted]
                where.append("term LIKE ?")
                values.append(wanted)
            else:
                where.append(f"{part} = ?")
                values.append(wanted)
        if changes.get("at") != "none":
            where.append('"at" IS NOT DISTINCT FROM ?')
            values.append(estimate["at"])
        else:
            where.append('"at" IS NULL')
        found += _dicts(con.execute(f"SELECT * FROM trace.estimate WHERE {' AND '.join(where)} ORDER BY ALL", values))
    return found


def _ask(con: duckdb.DuckDBPyConnection, estimate_ids: list[str]) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE asked AS SELECT {_SCOPES} FROM trace.estimate AS e "
        "WHERE estimate_id IN (SELECT unnest(?::VARCHAR[]))",
        [estimate_ids],
    )


def _joined(con: duckdb.DuckDBPyConnection, rule: Row) -> str:
    """FROM and ON: the rows of the rule's relation in the population, endpoint and group of each estimate asked for."""
    known = {row[0] for row in con.execute(f"DESCRIBE trace.{rule.of}").fetchall()}
    scopes = [f"({rule.where})"]
    if "endpoint" in known:
        scopes.append("r.endpoint = e.endpoint")
    if "grp" in known and not rule.own_group:
        scopes.append("(e.grp IN ('', 'all') OR r.grp = e.grp)")
    if not rule.own_population:
        scopes += [
            "(e.only_site IS NULL OR r.siteid = e.only_site)",
            "(e.without_site IS NULL OR r.siteid <> e.without_site)",
            "(e.member_of IS NULL OR (e.member_of, r.usubjid) IN (SELECT (population, usubjid) FROM trace.member))",
        ]
    return f"FROM temp.asked AS e INNER JOIN trace.{rule.of} AS r ON {' AND '.join(scopes)}"


def _dicts(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
