"""A relation held against the pandera model of its name, every row, where the rows are.

Belongs here: putting a model's columns, checks and keys into one query. Does not belong here: what a column must look
like (schemas/), or any definition. The query only says whether something is wrong: what it is, pandera says.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core.errors import HaicError
from haicplatform.core.quoting import literal, quoted

if TYPE_CHECKING:
    import duckdb
    from pandera.polars import DataFrameModel, DataFrameSchema

# pandera's checks, by their names, in SQL; null passes, as in pandera
_CHECKS = {
    "isin": "{column} IN {allowed_values}",
    "greater_than_or_equal_to": "{column} >= {min_value}",
    "greater_than": "{column} > {min_value}",
    "less_than_or_equal_to": "{column} <= {max_value}",
    "less_than": "{column} < {max_value}",
}


def model_of(layer: str, name: str) -> type[DataFrameModel] | None:
    """The model schemas.<layer>.<name>, or None where there is none."""
    if not (find_spec(f"schemas.{layer}") and find_spec(f"schemas.{layer}.{name}")):
        return None
    module = import_module(f"schemas.{layer}.{name}")
    return getattr(module, "".join(part.capitalize() for part in name.split("_")))


def check_against_model(con: duckdb.DuckDBPyConnection, relation: str, model: type[DataFrameModel]) -> None:
    """Raise pandera's SchemaErrors when a table breaks its model, in its columns, their types or any row.

    Of a view only the columns and types are asked: it repeats rows of tables that are held against theirs. A check
    that has no SQL here is left to pandera, on the whole relation.
    """
    empty = con.execute(f"FROM {relation} LIMIT 0").pl()
    if not _has_columns(empty, model.to_schema()):
        model.validate(empty, lazy=True)
    [(is_view,)] = con.execute(
        "SELECT count(*) > 0 FROM duckdb_views() WHERE schema_name || '.' || view_name = ?", [relation]
    ).fetchall()
    if is_view:
        return
    if not _do_rows_fit(con, conditions(model, relation, _terms(con, relation)), relation):
        model.validate(con.execute(f"FROM {relation}").pl(), lazy=True)


def _has_columns(frame: pl.DataFrame, schema: DataFrameSchema) -> bool:
    """Whether a frame has exactly the columns and types of a model; pandera takes longer to say so than a query.

    False also where the two can only be compared by pandera's own rules.
    """
    is_exact = schema.strict is True and all(each.required and not each.regex for each in schema.columns.values())
    return is_exact and dict(frame.schema) == {name: each.dtype.type for name, each in schema.columns.items()}


def _do_rows_fit(con: duckdb.DuckDBPyConnection, wanted: list[str] | None, relation: str) -> bool:
    import duckdb

    if wanted is None:
        return False
    try:
        return all(con.execute(f"SELECT {', '.join(wanted)} FROM {relation}").fetchone() or (False,))
    except duckdb.OutOfRangeException:  # numbers too far apart to be counted by bits
        return False


def _terms(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, set[str]]:
    """What the columns of an ENUM type can hold at all."""
    columns = con.table(relation)
    return {
        name: {term for key, terms in kind.children if key == "values" and isinstance(terms, list) for term in terms}
        for name, kind in zip(columns.columns, columns.types, strict=True)
        if kind.id == "enum"
    }


def conditions(
    model: type[DataFrameModel], relation: str, terms: dict[str, set[str]] | None = None
) -> list[str] | None:
    """Aggregates over the relation that are all true where its rows fit the model; None where a check has no SQL.

    terms: for columns of an ENUM type all that they can hold; where a model allows all of it, no row need be asked.
    metadata `few` of a model names the column with few values in a key of two, the other being a whole number.
    """
    schema, terms = model.to_schema(), terms or {}
    if schema.checks:
        return None
    found = ["true"]
    for name, column in schema.columns.items():
        if not column.nullable:
            found.append(f'count("{name}") = count(*)')
        if column.unique:
            found.append(_is_unique([name], schema))
        for check in column.checks:
            if check.name not in _CHECKS:
                return None
            if check.name == "isin" and name in terms and terms[name] <= set(check.statistics["allowed_values"]):
                continue
            limits = {key: _literal(value) for key, value in check.statistics.items()}
            holds = f"coalesce(bool_and({_CHECKS[check.name].format(column=quoted(name), **limits)}), true)"
            # a list of terms is asked once for each value, not for each row
            is_term = isinstance(column.dtype.type, pl.Categorical)
            found.append(
                f"(SELECT {holds} FROM (SELECT DISTINCT {quoted(name)} FROM {relation}))" if is_term else holds
            )
    few = (getattr(model.Config, "metadata", None) or {}).get("few")
    if few:
        (number,) = (name for name in schema.unique if name != few)
        found.append(_is_unique_by_few(number, few, relation))
    elif schema.unique:
        found.append(_is_unique(schema.unique, schema))
    return found


def _is_unique_by_few(number: str, few: str, relation: str) -> str:
    return (
        "(SELECT coalesce(bool_and(rows = numbers), true) FROM (SELECT count(*) AS rows, "
        f"bit_count(bitstring_agg({quoted(number)})) AS numbers FROM {relation} GROUP BY {quoted(few)}))"
    )


def _is_unique(names: list[str], schema: DataFrameSchema) -> str:
    first = schema.columns[names[0]]
    if len(names) == 1 and first.dtype.type == pl.Int32 and not first.nullable:
        return f"count(*) = coalesce(bit_count(bitstring_agg({quoted(names[0])})), 0)"
    # rows with the same hash need not be the same: pandera looks again
    return f"count(*) = count(DISTINCT hash({', '.join(quoted(name) for name in names)}))"


def _literal(value: object) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"({', '.join(_literal(each) for each in value)})"
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, (int, float)):
        return str(value)
    raise HaicError(f"A model checks against {type(value).__name__}, which has no SQL here")
