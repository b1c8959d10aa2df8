"""How often two say the same, by hospital: recorded and derived stages, recorded and derived responses, two readers.

Belongs here: counting pairs, and the patients behind a count, for one person. Does not belong here: which are a pair
(sql/pages/agreement), kappa itself (haicplatform.survival).

A coordinator sees its own hospitals; a reader sees counts and no patient.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core import sql_graph
from haicplatform.core.people import READER
from haicplatform.core.resources import sql_dir
from haicplatform.lineage.explain.facts import chosen_definition
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.trace import patient_names
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

KINDS = ("stage", "response", "reader")
ALL = ""
MOST_PATIENTS = 200
_ORDER = ("0", "A", "B", "C", "D", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")


@dataclass(frozen=True)
class Count:
    """Pairs of one hospital (site_id empty: all that the person sees). kappa: None where it is undefined."""

    site_id: str
    both: int
    agree: int
    kappa: float | None
    first_only: int
    second_only: int


@dataclass(frozen=True)
class Matrix:
    """Counts by what the first and the second say; None stands for nothing said.

    same: the pairs of unlike words that agree all the same, because one side does not have the other's word.
    """

    first: tuple[str | None, ...]
    second: tuple[str | None, ...]
    counts: dict[tuple[str | None, str | None], int]
    same: frozenset[tuple[str | None, str | None]] = frozenset()


@dataclass(frozen=True)
class Case:
    """One pair: whose, at which hospital, when."""

    patient: str
    site_id: str
    day: dt.date | None


@dataclass(frozen=True)
class Agreement:
    """choices: (kind, what) of everything that can be compared. counts: by hospital, all together first."""

    kind: str
    what: str
    site_id: str
    definition: str
    choices: tuple[tuple[str, str], ...]
    counts: tuple[Count, ...]
    matrix: Matrix


def agreement(ctx: PageContext, kind: str = KINDS[0], what: str = "", site_id: str = ALL) -> Agreement:
    """One comparison by hospital, and its matrix for one hospital or all. What is not there is the first there is.

    Raises NotThere for a hospital that this person may not see.
    """
    if site_id:
        ctx.only(site_id)
    with ctx.warehouse() as con:
        pairs, definition = _pairs(con, ctx)
    choices = [tuple(row) for row in pairs.select("kind", "what").unique().rows()]
    choices.sort(key=lambda one: (KINDS.index(one[0]), one[1]))
    if (kind, what) not in choices:
        kind, what = next((one for one in choices if one[0] == kind), choices[0] if choices else (KINDS[0], ""))
    mine = pairs.filter(kind=kind, what=what)
    sites = mine["site_id"].unique().sort().to_list()
    counts = [_count(site, mine.filter(site_id=site)) for site in sites]
    counts = [_count(ALL, mine), *counts] if len(counts) != 1 else counts
    told = mine.filter(site_id=site_id) if site_id else mine
    return Agreement(kind, what, site_id, definition, tuple(choices), tuple(counts), _matrix(told))


def cases(
    ctx: PageContext, kind: str, what: str, site_id: str, first: str | None, second: str | None
) -> tuple[list[Case], int]:
    """The patients behind one cell of the matrix, at most MOST_PATIENTS, and how many there are.

    Raises NotThere for a reader, and for a hospital that this person may not see.
    """
    if ctx.person.role == READER:
        ctx.refuse()
    if site_id:
        ctx.only(site_id)
    with ctx.warehouse() as con:
        pairs, _ = _pairs(con, ctx)
        names = patient_names(con, ctx.person)
    mine = pairs.filter(
        pl.col("kind") == kind, pl.col("what") == what,
        pl.col("first").eq_missing(first), pl.col("second").eq_missing(second),
        pl.lit(True) if not site_id else pl.col("site_id") == site_id,
    ).sort("site_id", "usubjid", "day")  # fmt: skip
    listed = [
        Case(row["usubjid"] if names is None else names.get(row["usubjid"], ""), row["site_id"], row["day"])
        for row in mine.head(MOST_PATIENTS).iter_rows(named=True)
    ]
    return listed, mine.height


def _pairs(con: duckdb.DuckDBPyConnection, ctx: PageContext) -> tuple[pl.DataFrame, str]:
    """kind, what, site_id, usubjid, day, first, second, is_named_otherwise of the hospitals that the person
    sees; and the definition."""
    definition = chosen_definition(con, None, None)[0]
    con.execute("SET VARIABLE definition = ?", [definition])
    parts = []
    for kind in KINDS:
        found = warehouse.run_sql(con, sql_graph.read(sql_dir() / "pages" / "agreement" / f"{kind}.sql")).pl()
        named = pl.col("is_named_otherwise") if "is_named_otherwise" in found.columns else pl.lit(False)
        parts.append(found.select(pl.lit(kind).alias("kind"), *_columns(), named.alias("is_named_otherwise")))
    pairs = pl.concat(parts)
    if ctx.person.sites is not None:
        pairs = pairs.filter(pl.col("site_id").is_in(sorted(ctx.person.sites)))
    return pairs, definition


def _columns() -> list[pl.Expr]:
    text = [pl.col(name).cast(pl.String) for name in ("what", "site_id", "usubjid", "first", "second")]
    return [*text[:3], pl.col("day").cast(pl.Date), *text[3:]]


def _count(site_id: str, pairs: pl.DataFrame) -> Count:
    from haicplatform.survival import kappa_of_pairs  # large, and this page alone needs it

    both = pairs.drop_nulls(["first", "second"])
    meant = both.with_columns(first=pl.when("is_named_otherwise").then("second").otherwise("first"))
    first, second = meant["first"].to_list(), meant["second"].to_list()
    categories = _sorted({*first, *second})
    return Count(
        site_id,
        both.height,
        meant.filter(pl.col("first") == pl.col("second")).height,
        kappa_of_pairs(first, second, categories).value if both.height else None,
        pairs.filter(pl.col("second").is_null()).height,
        pairs.filter(pl.col("first").is_null()).height,
    )


def _matrix(pairs: pl.DataFrame) -> Matrix:
    counted = pairs.group_by("first", "second").agg(n=pl.len())
    counts = {(first, second): n for first, second, n in counted.iter_rows()}
    # the same order on both sides, so that agreement is the diagonal
    said = {value for pair in counts for value in pair if value is not None}
    axes = [
        (*_sorted(said), *([None] if any(pair[place] is None for pair in counts) else [])) for place in (0, 1)
    ]  # fmt: skip
    same = pairs.filter("is_named_otherwise").select("first", "second").unique().rows()
    return Matrix(axes[0], axes[1], counts, frozenset(same))


def _sorted(values: set[str]) -> list[str]:
    return sorted(values, key=lambda one: (_ORDER.index(one) if one in _ORDER else len(_ORDER), one))
