"""The home that the review application is measured on: 100,000 findings, 20,000 waiting queries. SYNTHETIC.

Belongs here: its rows. Does not belong here: what is measured (review.py).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from sqlalchemy import insert

from benchmarks.lab_file import SITE
from haicplatform.core.clock import now
from haicplatform.core.settings import Home
from haicplatform.findings.findings import SCHEMA, draft_findings, render_findings
from haicplatform.ledger import audit
from haicplatform.ledger.accounts import store
from haicplatform.ledger.engine import writing
from haicplatform.ledger.models import Query
from haicplatform.ledger.store import Ledger
from schemas.contract import TABLES
from schemas.rules import RULES

HOSPITALS = tuple(f"B{number:02d}" for number in range(10))
PASSWORD = "only for a measurement"
PEOPLE = 20
_SEEN = tuple(name for name in SCHEMA if name not in ("category", "fingerprint", "site_id"))


def make_home(folder: Path, findings: int, waiting: int, seed: int = 1) -> Home:
    """A home with so many findings published, a query for each error and warning, `waiting` of them waiting."""
    home = Home(folder).create()
    for site in HOSPITALS:
        (home.sites / site).mkdir()
        (home.sites / site / "site.yaml").write_text(SITE, encoding="utf-8")
    found = _findings(findings, np.random.default_rng(seed))
    _publish(home, found)
    with Ledger(home) as ledger:
        _ask(ledger, found, waiting)
        for number in range(PEOPLE):
            store.add(ledger, "benchmark", f"person{number}", "data_manager", (), PASSWORD)
    return home


def _findings(count: int, rng: np.random.Generator) -> pl.DataFrame:
    rules = [rule for rule in RULES.values() if rule.table in TABLES and rule.column in TABLES[rule.table].names]
    which = rng.integers(0, len(rules), count)
    row = rng.integers(2, 200_000, count)
    site = rng.integers(0, len(HOSPITALS), count)
    severity = rng.choice(["error", "warning", "info"], count, p=[0.3, 0.3, 0.4])
    born_frame = pl.DataFrame(
        {
            "site_id": [HOSPITALS[i] for i in site],
            "delivery_id": [f"{i:016x}" for i in site],
            "rule_id": [rules[i].id for i in which],
            "severity": severity,
            "table_name": [rules[i].table for i in which],
            "column_name": [rules[i].column for i in which],
            "patient_id": [f"{i % 5000:032x}" for i in row],
            "source_column": [f"합성 열 {rules[i].column}" for i in which],
            "value": [f"{i / 7:.3f}" for i in row],
            "source_file": [f"{rules[i].table}_20240815_SYNTHETIC.csv" for i in which],
            "source_row": row,
            "row_id": [f"{s:016x}:{rules[i].table}:0.0:{r}:0" for s, i, r in zip(site, which, row, strict=True)],
            "key": [[str(number)] for number in range(count)],
        }
    )
    return render_findings(draft_findings(born_frame))


def _publish(home: Home, found: pl.DataFrame) -> None:
    home.published.mkdir(exist_ok=True)
    with duckdb.connect(str(home.published / "warehouse.duckdb")) as con:
        con.execute("CREATE SCHEMA quality; CREATE SCHEMA harmonised; CREATE SCHEMA validated")
        con.register("found", found)
        con.execute("CREATE TABLE quality.finding AS SELECT * FROM found")
        con.execute("CREATE TABLE quality.snapshot_member AS SELECT 'benchmark' AS snapshot_id")
        con.execute("CREATE TABLE harmonised.person (usubjid VARCHAR, site_id VARCHAR, patient_id VARCHAR)")


def _ask(ledger: Ledger, found: pl.DataFrame, waiting: int) -> None:
    at = now()
    asked = found.filter(pl.col("severity") != "info").select("fingerprint", "site_id", *_SEEN).to_dicts()
    rows = []
    for number, row in enumerate(asked, 1):
        is_waiting = number <= waiting
        opened = at - dt.timedelta(days=number % 60)
        state = ("open", "answered")[number % 10 == 0] if is_waiting else ("closed", "accepted")[number % 20 == 0]
        rows.append(
            row | {"number": number, "scope": "delivery", "state": state, "opened_at": opened, "changed_at": opened,
                   "answer": "값이 맞음" if state == "answered" else None}
        )  # fmt: skip
    with writing(ledger.engine, ledger.home) as session:
        session.execute(insert(Query), rows)
        audit.append(session, "delivery", [
            audit.Act("opened", f"query:{row['fingerprint']}", row["site_id"], None, {"state": "open"}) for row in rows
        ])  # fmt: skip
