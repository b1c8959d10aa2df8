"""Harmonised rows kept on disk, so that a mutant runs only the SQL that it can change.

Belongs here: standing in for harness.load and warehouse.run_layer while mutants are tried, and for the text of one SQL
file. Does not belong here: which flips there are, or what a test says of them.

Nothing of the tests changes: the same rows give the same relations, those that read the flipped file made anew by the
platform's own code. What is kept was made by the unchanged SQL in the same run, of rows with the same content.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import harness

from haicplatform import sql_files, warehouse
from haicplatform.resources import sql_dir
from haicplatform.sql_files import SqlFile

_read, _load, _run_layer = sql_files.read, harness.load, warehouse.run_layer


class Cached:
    """folder: where the databases are, one for each set of rows, and by each the test files that ask for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[Path, SqlFile] = {}
        self.flipped: SqlFile | None = None
        self.differing: dict[str, bool] = {}
        self.con = None
        self.files = sql_files.order(
            sql_files.load(sql_dir() / "harmonised"),
            "harmonised",
            {f"validated.{name}" for name in harness.TABLES} | {"quality.finding"},
        )
        self.unchanged = [file.sql for file in self.files]
        for file in [*self.files, *sql_files.load(sql_dir() / "analysis")]:
            self.texts[file.path] = file
        sql_files.read, harness.load, warehouse.run_layer = self.read, self.load, self.run_layer

    def flip(self, path: Path, sql: str) -> None:
        """From now on the file at `path` reads `sql`."""
        self.flipped = replace(self.texts[path], sql=sql.strip().rstrip(";"))
        self.texts[path] = self.flipped

    def read(self, path: Path) -> SqlFile:
        return self.texts.get(path) or _read(path)

    def downstream(self) -> list[SqlFile]:
        """The flipped file of the harmonised layer and all that read it, in order."""
        changed: set[str] = set()
        if self.flipped and self.flipped.path.parent.name == "harmonised":
            changed.add(f"harmonised.{self.flipped.name}")
        for file in self.files:
            if any(read.relation in changed for read in file.reads):
                changed.add(f"harmonised.{file.name}")
        return [self.texts[file.path] for file in self.files if f"harmonised.{file.name}" in changed]

    def load(self, rows: harness.Rows, con=None):
        said = repr((rows.tables, rows.findings, self.unchanged)).encode()
        base = self.folder / f"{hashlib.sha256(said).hexdigest()[:16]}.duckdb"
        test = os.environ["PYTEST_CURRENT_TEST"].split("::")[0]
        (self.folder / f"{base.stem}.{Path(test).stem}").touch()
        if not base.exists():
            made = _load(rows)
            _run_layer(made, "harmonised", sql_dir() / "harmonised")
            made.execute(f"ATTACH '{base}.new' AS kept")
            for relation in warehouse.relations(made):
                schema, name = relation.split(".")
                made.execute(
                    f"CREATE SCHEMA IF NOT EXISTS kept.{schema}; CREATE TABLE kept.{relation} AS FROM {relation}"
                )
            made.close()
            os.replace(f"{base}.new", base)
        con = con or warehouse.connect()
        self.attach(con, base)
        return con

    def attach(self, con, base: Path) -> None:
        """Everything that the flip cannot change, as views of the database at `base`."""
        con.execute(f"ATTACH '{base}' AS kept (READ_ONLY)")
        anew = {f"harmonised.{file.name}" for file in self.downstream()}
        rows = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'kept'"
        ).fetchall()
        con.execute("CREATE SCHEMA validated; CREATE SCHEMA quality; CREATE SCHEMA study; CREATE SCHEMA harmonised")
        for schema, name in rows:
            if f"{schema}.{name}" not in anew:
                con.execute(f'CREATE VIEW "{schema}"."{name}" AS FROM kept."{schema}"."{name}"')

    def run_layer(self, con, layer: str, folder: Path, progress=None) -> list[str]:
        for file in self.downstream():
            warehouse.run_sql(con, file, f'CREATE OR REPLACE TABLE harmonised."{file.name}" AS\n')
        return []

    def can_notice(self, test: str) -> bool:
        """Whether the flipped relation differs for any rows of the test file, or that cannot be told in advance.

        visit_response is also run under a study's thresholds, and albi on given scores.
        """
        if self.flipped.path.parent.name != "harmonised" or self.flipped.name in ("visit_response", "albi"):
            return True
        return any(self._differs(path.name.split(".")[0]) for path in self.folder.glob(f"*.{test}"))

    def _differs(self, base: str) -> bool:
        if base not in self.differing:
            con = self._comparing()
            con.execute(f"ATTACH '{self.folder / base}.duckdb' AS kept (READ_ONLY)")
            for relation in {read.relation for read in self.flipped.reads}:
                con.execute(f"CREATE OR REPLACE VIEW {relation} AS FROM kept.{relation}")
            now, before = f'harmonised."{self.flipped.name}"', f'kept.harmonised."{self.flipped.name}"'
            try:
                warehouse.run_sql(con, self.flipped, f"CREATE OR REPLACE TABLE {now} AS\n")
                more = f"EXISTS (FROM {now} EXCEPT ALL FROM {before})"
                fewer = f"EXISTS (FROM {before} EXCEPT ALL FROM {now})"
                self.differing[base] = con.execute(f"SELECT {more} OR {fewer}").fetchone()[0]
            except Exception:  # SQL that fails, or gives another type, is a difference
                self.differing[base] = True
            con.execute("DETACH kept")
        return self.differing[base]

    def _comparing(self):
        if self.con is None:
            self.con = warehouse.connect()
            for schema in ("validated", "quality", "harmonised"):
                self.con.execute(f"CREATE SCHEMA {schema}")
        return self.con
