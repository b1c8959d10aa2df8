"""What a delivery brought of a table that several sources feed, and whether that counts.

Belongs here: which sources of a table no sheet feeds, and whether the table stands without them. Does not belong here:
telling the hospital (read_delivery.py), making rows (mapping.py, reshaping.py) and merging them (merging.py).

A full extract replaces a table, so it brings all of it or leaves it as it was. Of an extract of changes each source
that came counts: what did not change may be absent. Only where a <table>.sql puts rows of several sources together
would the absent one's cells become empty ones, so such a table waits until all of them come.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.sites.model import Source
from haicplatform.sites.site import Site


def absent_sources(site: Site, table: str, sheets: Sequence[Sheet]) -> list[Source]:
    """The sources of a table that no sheet feeds."""
    return [
        source
        for name, _, source in site.sources()
        if name == table and not any(site.reads(table, source, sheet.file, sheet.sheet) for sheet in sheets)
    ]


def absent_relations(site: Site, table: str, sheets: Sequence[Sheet]) -> dict[str, Source]:
    """Raw relations of a <table>.sql that no sheet feeds, by name."""
    absent = absent_sources(site, table, sheets)
    fed = {source.name for name, _, source in site.sources() if name == table and source not in absent}
    return {source.name: source for source in absent if source.name not in fed}


def counts(site: Site, table: str, sheets: Sequence[Sheet]) -> bool:
    """Whether what came of a table counts; False, too, where nothing of it came."""
    absent = absent_sources(site, table, sheets)
    if not absent:
        return True
    if site.extract != "incremental" or len(absent) == sum(name == table for name, _, _ in site.sources()):
        return False
    return table not in site.sql or not absent_relations(site, table, sheets) or not _combines(site.sql[table])


@cache
def _combines(sql: str) -> bool:
    """Whether a row of the result may come from rows of several relations: a join, or a group over a union.

    True, to be safe, for what cannot be read and for steps (WITH) that group.
    """
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.SqlglotError:
        return True
    if not isinstance(tree, exp.Query) or tree.find(exp.Join, exp.Intersect, exp.Except, exp.Pivot):
        return True
    in_place = (exp.From, exp.Union, exp.CTE, exp.Subquery)
    if any(each.parent and not isinstance(each.parent, in_place) for each in tree.find_all(exp.Select, exp.Union)):
        return True
    if any(not isinstance(each.parent, in_place) for each in tree.find_all(exp.Subquery) if each.parent):
        return True
    groups = list(tree.find_all(exp.Group, exp.AggFunc, exp.Window, exp.Distinct))
    return bool(groups) and (
        tree.find(exp.With) is not None or any(each.find_ancestor(exp.Select).find(exp.Union) for each in groups)
    )
