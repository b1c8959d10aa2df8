"""Harmonised and analysed rows kept on disk, so that a mutant runs only the SQL that it can change.

Belongs here: standing in for harness.load, warehouse.run_layer and Derivation.of while mutants are tried, and for the
text of one SQL file. Does not belong here: which flips there are, or what a test says of them.

Nothing of the tests changes: the same rows and studies give the same relations, those that the flip can change made
anew by the platform's own SQL. What is kept was made by the unchanged SQL of the same rows, study and text.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import replace
from pathlib import Path

import harness

from haicplatform.core import sql_graph
from haicplatform.core.resources import sql_dir
from haicplatform.core.sql_graph import SqlFile
from haicplatform.studies import derivation
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.parameters import Parameters, parameters
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

_read, _load, _run_layer, _of = sql_graph.read, harness.load, warehouse.run_layer, Derivation.of


class Cached:
    """folder: where the databases are, one for each set of rows and one for each study over them, and by each the test
    files that ask for it (empty files `<database>.<test file>`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[Path, SqlFile] = {}
        self.flipped: Path | None = None
        self.differing: dict[Path, bool] = {}
        self.con = None
        self.others: dict[Path, set[str]] = {}
        for layer in ("harmonised", "analysis"):
            self.texts |= {file.path: file for file in sql_graph.load(sql_dir() / layer)}
        sql_graph.read, harness.load, warehouse.run_layer = self.read, self.load, self.run_layer
        Derivation.of = lambda made, study: self.of(made, study)
        self._put_in_order()
        self.unchanged = [file.sql for file in self.files.values()]

    def flip(self, path: Path, sql: str) -> None:
        """From now on the file at `path` reads `sql`."""
        self.flipped = path
        self.texts[path] = replace(self.texts[path], sql=sql.strip().rstrip(";"))
        self._put_in_order()

    def _put_in_order(self) -> None:
        """files: each file that is run by the relation it makes, the harmonised layer before a study's."""
        of_study = [*sql_graph.load(sql_dir() / "analysis"), *derivation._under_study_thresholds()]
        layers = {"harmonised": sql_graph.load(sql_dir() / "harmonised"), "study": of_study}
        self.files: dict[str, SqlFile] = {}
        for layer, files in layers.items():
            known = {read.relation for file in files for read in file.reads}
            for file in sql_graph.order(files, layer, known):
                self.files[f"{layer}.{file.name}"] = file

    def downstream(self, path: Path) -> set[str]:
        """The names of the relations that a file makes or that are made of these."""
        found: set[str] = set()
        for relation, file in self.files.items():
            if file.path == path or any(read.relation in found for read in file.reads):
                found.add(relation)
        return {relation.split(".")[1] for relation in found}

    def read(self, path: Path) -> SqlFile:
        return self.texts.get(path) or _read(path)

    def load(self, rows: harness.Rows, con=None):
        base = self.folder / f"{_name(rows.tables, rows.findings, self.unchanged)}.duckdb"
        self._asked(base)
        if not base.exists():
            if self.flipped:  # rows that the unchanged SQL was not asked for
                return _load(rows, con)
            made = _load(rows)
            _run_layer(made, "harmonised", sql_dir() / "harmonised")
            _keep(made, base, warehouse.relations(made))
            made.close()
        con = con or warehouse.connect()
        con.execute(f"ATTACH '{base}' AS kept (READ_ONLY)")
        _views(_empty(con), "kept")
        return con

    def run_layer(self, con, layer: str, folder: Path, progress=None, **more) -> list[str]:
        base = _base(con)
        if base is None:
            return _run_layer(con, layer, folder, progress, **more)
        self.others[base] = self._make_anew(con, layer, "kept", set())
        return []

    def _make_anew(self, con, layer: str, database: str, others: set[str]) -> set[str]:
        """Make what the flip can change in place of its view; returns `others` with those that are not as kept.

        A relation is made when it is the flipped file's, or reads one that has other rows.
        """
        others = set(others)
        for relation, file in self.files.items():
            is_mine = file.path == self.flipped or any(read.relation in others for read in file.reads)
            if is_mine and relation.startswith(f"{layer}."):
                con.execute(f"DROP VIEW {relation}")
                warehouse.run_sql(con, file, f"CREATE TABLE {relation} AS\n")
                if _differ(con, relation, f"{database}.{relation}"):
                    others.add(relation)
        return others

    def of(self, made: Derivation, study: Study) -> list[str]:
        con = made._con
        base = _base(con)
        if base is None:
            return _of(made, study)
        now = parameters(con, study)
        said = _name(now.variables, now.relations)
        kept = base.with_suffix(f".{said}.duckdb")
        con.execute("DROP SCHEMA study CASCADE; CREATE SCHEMA study")
        if not kept.exists():
            made._before = None
            names = _of(made, study)
            if self.flipped is None:
                _keep(con, kept, {each for each in warehouse.relations(con) if each.startswith("study.")})
                kept.with_suffix(".pickle").write_bytes(pickle.dumps(now))
                self._asked(kept)
            return names
        self._asked(kept)
        con.execute(f"ATTACH IF NOT EXISTS '{kept}' AS of_{said} (READ_ONLY)")
        _put(con, now)
        _views(con, f"of_{said}")
        self._make_anew(con, "study", f"of_{said}", self.others.get(base, set()))
        return [name.split(".")[1] for name in self.files if name.startswith("study.")]

    def can_notice(self, test: str) -> bool:
        """Whether a flipped relation differs for any rows of the test file, or that cannot be told in advance.

        test_albi runs the file's text on given scores.
        """
        if test == f"test_{self.flipped.stem}" == "test_albi":
            return True
        return any(self._differs(path.with_suffix(".duckdb")) for path in self.folder.glob(f"*.{test}"))

    def _asked(self, kept: Path) -> None:
        test = Path(os.environ["PYTEST_CURRENT_TEST"].split("::")[0]).stem
        kept.with_suffix(f".{test}").touch()

    def _differs(self, kept: Path) -> bool:
        """Whether the flipped file itself gives other rows; what is made of them cannot differ else."""
        if kept not in self.differing:
            is_study = kept.with_suffix(".pickle").exists()
            layer = "study" if is_study else "harmonised"
            self.differing[kept] = any(
                self._gives_others(kept, is_study, relation, file)
                for relation, file in self.files.items()
                if relation.startswith(f"{layer}.") and file.path == self.flipped
            )
        return self.differing[kept]

    def _gives_others(self, kept: Path, is_study: bool, relation: str, file: SqlFile) -> bool:
        con = self.con = self.con or _empty(warehouse.connect())
        needed = {read.relation for read in file.reads}
        con.execute(f"ATTACH '{kept}' AS kept (READ_ONLY)")
        if is_study:
            base = kept.with_name(f"{kept.name.split('.')[0]}.duckdb")
            con.execute(f"ATTACH '{base}' AS base (READ_ONLY)")
            _put(con, pickle.loads(kept.with_suffix(".pickle").read_bytes()))
            _views(con, "base", needed)
        _views(con, "kept", needed)
        try:
            warehouse.run_sql(con, file, f"CREATE OR REPLACE TABLE {relation} AS\n")
            return _differ(con, relation, f"kept.{relation}")
        except Exception:  # SQL that fails, or gives another type, is a difference
            return True
        finally:
            con.execute("DETACH kept; DETACH DATABASE IF EXISTS base")


def _empty(con):
    for schema in ("validated", "quality", "study", "harmonised"):
        con.execute(f"CREATE SCHEMA {schema}")
    return con


def _name(*what) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]


def _keep(con, path: Path, relations: set[str]) -> None:
    """Write the relations into a database of their own, whole or not at all."""
    con.execute(f"ATTACH '{path}.new' AS written")
    for relation in sorted(relations):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS written.{relation.split('.')[0]}")
        con.execute(f"CREATE TABLE written.{relation} AS FROM {relation}")
    con.execute("DETACH written")
    os.replace(f"{path}.new", path)


def _base(con) -> Path | None:
    """The database of harmonised rows that a connection of these tests sees."""
    found = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = 'kept'").fetchone()
    return found and Path(found[0])


def _differ(con, one: str, other: str) -> bool:
    more, fewer = f"EXISTS (FROM {one} EXCEPT ALL FROM {other})", f"EXISTS (FROM {other} EXCEPT ALL FROM {one})"
    try:
        return con.execute(f"SELECT {more} OR {fewer}").fetchone()[0]
    except Exception:  # other columns or types
        return True


def _views(con, database: str, only: set[str] | None = None) -> None:
    """Every relation of an attached database, or those named, under its own name."""
    named = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ?"
    rows = con.execute(named, [database])
    for (relation,) in rows.fetchall():
        if only is None or relation in only:
            con.execute(f"CREATE OR REPLACE VIEW {relation} AS FROM {database}.{relation}")


def _put(con, said: Parameters) -> None:
    for name, value in said.variables.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])
