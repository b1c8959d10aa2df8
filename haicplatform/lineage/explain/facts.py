"""The relations of one person, as rows: sql/lineage/explanation run against the published warehouse.

Belongs here: finding the person by any number a caller may have, running the queries, where a row lies in its file.
Does not belong here: a rule, or a sentence.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from haicplatform.core import sql_graph
from haicplatform.core.errors import UsageError
from haicplatform.core.resources import sql_dir
from haicplatform.core.settings import Home
from haicplatform.lineage.explain.narrative import Source
from haicplatform.studies.derivation import BY_DEFINITION
from haicplatform.warehouse import warehouse
from schemas.contract import TABLES

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
# What needs a study; the others are told of every person.
OF_A_STUDY = ("membership", "override", "assessment", "best", "endpoint")


def find_person(con: duckdb.DuckDBPyConnection, patient: str, site_id: str | None, home: Home | None) -> str:
    """The usubjid behind a usubjid, `site:patient_id`, or, with `site_id`, a hospital's own number.

    Raises UsageError, which does not repeat the number, when nobody or a hospital of that name is unknown.
    """
    sites = [row[0] for row in con.execute("SELECT DISTINCT site_id FROM harmonised.person ORDER BY 1").fetchall()]
    if site_id is not None and site_id not in sites:
        raise UsageError(f"No hospital is called {site_id}", expected=", ".join(sites))
    wanted = {(site_id, patient)}
    if site_id is None:
        before, _, after = patient.partition(":")
        wanted = {(before, after)}
    elif home is not None:
        wanted.add((site_id, _hashed(home, site_id, patient)))
    for site, number in wanted:
        found = con.execute(
            "SELECT usubjid FROM harmonised.person WHERE site_id = ? AND patient_id = ?", [site, number]
        ).fetchone()
        if found:
            return found[0]
    if con.execute("SELECT 1 FROM harmonised.person WHERE usubjid = ? LIMIT 1", [patient]).fetchone():
        return patient
    raise UsageError(
        "No patient has this number",
        expected="a usubjid, SITE:patient_id as the platform keeps it, or the hospital's own number with --site SITE",
        todo="check the number; `haic findings SITE` says why a row was not taken",
    )


def _hashed(home: Home, site_id: str, number: str) -> str:
    """The hospital's own number as the platform keeps it."""
    from haicplatform.core.identifiers import hash_id, plain_id
    from haicplatform.sites.loading import list_sites, load_site

    if site_id not in list_sites(home):
        return number
    site = load_site(site_id, home)
    plain = plain_id(number, site.id_digits)
    return plain if site.patient_ids == "study" else hash_id(plain, home.identity_key(), site_id)


def chosen_definition(con: duckdb.DuckDBPyConnection, study_id: str | None, definition: str | None) -> tuple[str, bool]:
    """The definition to tell by: the caller's, else the study's, else the default one; and whether it is the study's.

    Raises UsageError for a definition or study that does not exist.
    """
    rows = con.execute("SELECT definition, is_default, is_derived FROM harmonised.definition ORDER BY ALL").fetchall()
    derived: dict[str, bool] = {name: is_default for name, is_default, is_derived in rows if is_derived}
    of_study = _of_study(con, study_id) if study_id is not None else None
    if definition is not None and definition not in derived and definition != of_study:
        raise UsageError(f"There is no definition {definition!r}", expected=f"one of {', '.join(derived)}")
    if definition is not None and definition in derived:
        return definition, False
    default = next(name for name, is_default in derived.items() if is_default)
    return of_study or default, of_study is not None


def _of_study(con: duckdb.DuckDBPyConnection, study_id: str) -> str | None:
    """The study's definition; None where the study takes every response as recorded."""
    known: dict[str, str | None] = {}
    if "analysis.definition" in warehouse.relations(con):
        rows = con.execute("SELECT study_id, definition, is_derived FROM analysis.definition ORDER BY 1").fetchall()
        known = {study: definition if is_derived else None for study, definition, is_derived in rows}
    if study_id not in known:
        raise UsageError(
            f"No results of a study {study_id!r} are published",
            expected=f"one of {', '.join(known)}" if known else "a study that was run",
            todo="run it with `haic study run`, or check the name",
        )
    if "analysis.entry" not in warehouse.relations(con):
        raise UsageError("The study's results are of an earlier version", todo=f"run `haic study run {study_id}` again")
    return known[study_id]


def load(
    con: duckdb.DuckDBPyConnection, usubjid: str, definition: str, study_id: str | None, *, by_study: bool
) -> dict[str, list[Row]]:
    """Rows of every query of sql/lineage/explanation by its name; those of a study are empty without one.

    by_study: responses as the study derived them, under its own thresholds.
    """
    con.execute("SET VARIABLE person = ?", [usubjid])
    con.execute("SET VARIABLE definition = ?", [definition])
    con.execute("SET VARIABLE study_id = ?", [study_id])
    found: dict[str, list[Row]] = {}
    for file in sql_graph.load(sql_dir() / "lineage" / "explanation"):
        if study_id is None and file.name in OF_A_STUDY:
            found[file.name] = []
            continue
        cursor = warehouse.run_sql(con, _as_of_study(file) if by_study and file.name != "override" else file)
        names = [column[0] for column in cursor.description]
        found[file.name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def _as_of_study(file: sql_graph.SqlFile) -> sql_graph.SqlFile:
    """The same query over the relations by definition as the study made them."""
    names = "|".join(("definition", *BY_DEFINITION))
    made = r"(SELECT * EXCLUDE (study_id) FROM analysis.\1 WHERE study_id = getvariable('study_id'))"
    return replace(file, sql=re.sub(rf"\bharmonised\.({names})\b", made, file.sql))


def sources(con: duckdb.DuckDBPyConnection, row_ids: set[str]) -> dict[str, Source]:
    """row_id -> where the row lies in the hospital's file."""
    tables: dict[str, list[str]] = {}
    for row_id in row_ids:
        tables.setdefault(row_id.split(":")[1], []).append(row_id)
    found = {}
    for table in sorted(tables.keys() & TABLES.keys()):
        rows = con.execute(
            f"SELECT row_id, site_id, source_file, source_sheet, source_row FROM validated.{table} "
            "WHERE row_id IN (SELECT unnest(?::VARCHAR[]))",
            [tables[table]],
        ).fetchall()
        for row_id, site_id, file, sheet, row in rows:
            found[row_id] = Source(site_id, file, sheet or "", row, table, row_id)
    return found
