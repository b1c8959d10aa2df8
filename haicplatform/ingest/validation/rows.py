"""Validation of one table of one delivery: which rows count, which cells are emptied, what is said.

Belongs here: running the checks of schemas/checks.py through pandera, deciding the effect of each fault on
its row, repeated keys within the delivery. Does not belong here: reading and parsing (mapping.py), rules
across tables and hospitals (sql/checks), a delivery as a whole (schemas/batches.py).

What the staging step hands over beside the frame: its own findings. One unreadable cell is one finding: where
staging has spoken about a cell, the checks of that cell are silent; the other cells of the row are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandera.errors
import polars as pl
from pandera.config import ValidationDepth, config_context

from haicplatform.findings import findings
from haicplatform.ingest.staging.mapped_table import CELL_ROW, FROM
from haicplatform.ingest.validation.duplicates import duplicates
from schemas.checks import BY_NEED, IS_DEATH, Check, schema
from schemas.contract import Table
from schemas.row_rules import EXTRACTED_AT
from schemas.rules import RULES, lab_expected


class StagedTable(Protocol):
    """What mapping.stage gives for one table: see mapping.Staged."""

    @property
    def frame(self) -> pl.DataFrame: ...
    @property
    def headers(self) -> pl.DataFrame: ...
    @property
    def findings(self) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Validated:
    """frame: rows that count, contract and provenance columns. quarantined: the others, with `rules`
    (list of rule ids). findings: drafts, for findings.render_findings."""

    frame: pl.DataFrame
    quarantined: pl.DataFrame
    findings: pl.DataFrame


_FAULT: dict[str, pl.DataType] = {
    "index": pl.UInt32(),
    "rule_id": pl.String(),
    "column_name": pl.String(),
    "severity": pl.String(),
    "effect": pl.String(),
    "expected": pl.String(),
    "value": pl.String(),
    "source_column": pl.String(),
    "source_row": pl.Int64(),
}


def validate(table: Table, staged: StagedTable, *, extracted_at: date, extract: str = "full") -> Validated:
    """Check one staged table. `extract`: full, or incremental (rows with op D are checked for their key only).

    Raises TypeError where the staged frame has not the contract's columns and types: a programming error.
    """
    defaults = [pl.col(c.name).fill_null(c.default) for c in table.columns if c.default is not None]
    frame = staged.frame.with_columns(*defaults).with_row_index("index")
    staging_faults = _staging_faults(staged.findings, frame)
    faults = _run_checks(table, frame, staged, staging_faults, extracted_at)
    if extract == "incremental" and "op" in frame.columns:
        faults = _only_keys_of_deletions(faults, frame, table)
    faults = _decide(pl.concat([staging_faults, faults]), frame, table)
    lost = faults.filter(pl.col("effect") == "quarantine")["index"].unique()
    repeated = duplicates(frame, table, lost)
    faults = pl.concat([faults, _as_faults(repeated, f"{table.name}.key.duplicate", "quarantine")])
    row_findings = _findings(faults, frame, staged.headers, table)
    return _carry_out(faults, frame, row_findings)


def _staging_faults(spoken: pl.DataFrame | None, frame: pl.DataFrame) -> pl.DataFrame:
    """Findings of the staging step on rows of this frame. Only a missing value keeps its own severity."""
    if spoken is None or spoken.is_empty():
        return pl.DataFrame(schema=_FAULT)
    found = findings.draft_findings(spoken).join(frame.select("row_id", "index"), on="row_id", how="inner")
    not_done = pl.col("rule_id").str.ends_with(".missing")
    return found.with_columns(pl.when(not_done).then("severity").alias("severity"), effect=pl.lit(BY_NEED)).select(
        pl.col(name).cast(kind) for name, kind in _FAULT.items()
    )


def _run_checks(
    table: Table, frame: pl.DataFrame, staged: StagedTable, staging_faults: pl.DataFrame, extracted_at: date
) -> pl.DataFrame:
    """The faults that pandera finds, without those on cells that staging has already spoken about."""
    present = frozenset((*frame.columns, EXTRACTED_AT))
    made, named = schema(table, present)
    dated = frame.with_columns(pl.lit(extracted_at).alias(EXTRACTED_AT))
    try:
        # Checks run whatever the environment says: PANDERA_VALIDATION_ENABLED=False would skip them silently.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            made.validate(dated, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return pl.DataFrame(schema=_FAULT)
    misfits = cases.filter(~pl.col("check").is_in(list(named)))
    if not misfits.is_empty():
        raise TypeError(f"staged {table.name} does not have the contract's columns: {misfits['check'].to_list()}")
    supplied = _supplied(table, frame, staged.headers)
    faults = []
    for (name,), group in cases.group_by("check", maintain_order=True):
        check = named[name]
        if check.only_supplied and check.column not in supplied:
            continue
        spoken = staging_faults.filter(pl.col("column_name").is_in(list(check.silenced_by)))["index"]
        index = group["index"].cast(pl.UInt32)
        faults.append(_of_check(check, index.filter(~index.is_in(spoken.implode())), frame, extracted_at))
    found = pl.concat(faults) if faults else pl.DataFrame(schema=_FAULT)
    return _one_warning_a_cell(found)


def _of_check(check: Check, index: pl.Series, frame: pl.DataFrame, extracted_at: date) -> pl.DataFrame:
    expected = extracted_at.isoformat() if check.rule_id.endswith(".date_after_extract") else check.expected
    faults = pl.DataFrame({"index": index}).with_columns(
        pl.lit(check.rule_id).alias("rule_id"),
        pl.lit(check.column).alias("column_name"),
        pl.lit(check.severity, dtype=pl.String).alias("severity"),
        pl.lit(check.effect).alias("effect"),
        pl.lit(expected, dtype=pl.String).alias("expected"),
        pl.lit(None, dtype=pl.String).alias("value"),
        pl.lit(None, dtype=pl.String).alias("source_column"),
        pl.lit(None, dtype=pl.Int64).alias("source_row"),
    )
    if check.rule_id == "lab.value_raw.range" and check.expected is not None:
        tests, limits = frame["test_code"].gather(index), check.expected
        band = {code: lab_expected(code, limits) for code in tests.unique().drop_nulls()}
        faults = faults.with_columns(tests.replace_strict(band, return_dtype=pl.String).alias("expected"))
    return faults


def _one_warning_a_cell(faults: pl.DataFrame) -> pl.DataFrame:
    """A suspected unit explains an unusual size: the cell is asked about once."""
    suspects = faults.filter(pl.col("rule_id").str.ends_with(".unit_suspect")).select("index", "column_name")
    unusual = pl.col("rule_id").str.ends_with(".range") & (pl.col("effect") == "keep")
    explained = faults.filter(unusual).join(suspects, on=["index", "column_name"], how="semi")
    return faults.join(explained, on=["index", "column_name", "rule_id"], how="anti", maintain_order="left")


def _supplied(table: Table, frame: pl.DataFrame, headers: pl.DataFrame | None) -> set[str]:
    """Columns that the hospital delivers: it has a header for them, or some value."""
    with_values = {name for name in table.names if frame[name].null_count() < frame.height}
    if headers is None or headers.is_empty():
        return with_values
    return with_values | set(headers.filter(pl.col("table_name") == table.name)["column_name"])


def _only_keys_of_deletions(faults: pl.DataFrame, frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    deleted = frame.filter(pl.col("op") == "D")["index"]
    beside_key = pl.col("index").is_in(deleted.implode()) & ~pl.col("column_name").is_in(table.key)
    return faults.filter(~beside_key)


def _decide(faults: pl.DataFrame, frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Severity and effect of every fault, by whether its value is required in its row."""
    if faults.is_empty():
        return faults
    touched = frame[faults["index"].unique().sort()]
    columns = [name for name in faults["column_name"].unique() if name in table.names]
    needs = [
        touched.select("index", pl.lit(name).alias("column_name"), table.column(name).required.alias("_need"))
        for name in columns
    ]
    catalogue = {id_: RULES[id_].effect for id_ in faults["rule_id"].unique()}
    if needs:
        decided = faults.join(pl.concat(needs), on=["index", "column_name"], how="left", maintain_order="left")
    else:
        decided = faults.with_columns(pl.lit(None, dtype=pl.Boolean).alias("_need"))
    by_need = pl.col("effect") == BY_NEED
    decided = decided.with_columns(
        pl.coalesce(
            "severity",
            pl.when("_need").then(pl.lit("error")).when(~pl.col("_need")).then(pl.lit("warning")),
        ).alias("severity"),
        pl.when(~by_need)
        .then("effect")
        .when("_need")
        .then(pl.lit("quarantine"))
        .when(~pl.col("_need"))
        .then(pl.lit("empty"))
        .otherwise(pl.col("rule_id").replace_strict(catalogue, return_dtype=pl.String))
        .alias("effect"),
    ).drop("_need")
    return _deaths_stay(decided, touched) if table.name == "followup_event" else decided.select(list(_FAULT))


def _deaths_stay(faults: pl.DataFrame, touched: pl.DataFrame) -> pl.DataFrame:
    """A death is not quarantined: what is wrong with it is an error, and a cell that cannot be is emptied."""
    deaths = touched.filter(IS_DEATH & pl.col("patient_id").is_not_null())["index"]
    death = pl.col("index").is_in(deaths.implode())
    date_wrong = pl.col("column_name") == "event_date"
    return faults.with_columns(
        pl.when(death & (pl.col("effect") == "quarantine")).then(pl.lit("empty")).otherwise("effect").alias("effect"),
        pl.when(death & date_wrong).then(pl.lit("error")).otherwise("severity").alias("severity"),
    ).select(list(_FAULT))


def _as_faults(repeated: pl.DataFrame, rule_id: str, effect: str) -> pl.DataFrame:
    known = repeated.with_columns(pl.lit(rule_id).alias("rule_id"), pl.lit(effect).alias("effect"))
    return known.select(
        (pl.col(name) if name in known.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _FAULT.items()
    )


def _findings(faults: pl.DataFrame, frame: pl.DataFrame, headers: pl.DataFrame | None, table: Table) -> pl.DataFrame:
    """Newborn findings with the value, the hospital's header and the place of the row."""
    touched = frame[faults["index"].unique().sort()]
    cells = [_cells(touched, name, headers, table) for name in faults["column_name"].drop_nulls().unique()]
    drafts = faults.with_columns(frame["row_id"].gather(faults["index"]))
    if cells:
        drafts = drafts.join(pl.concat(cells), on=["index", "column_name"], how="left", maintain_order="left")
        drafts = drafts.with_columns(
            pl.coalesce("value", "_value").alias("value"),
            pl.coalesce("source_column", "_source").alias("source_column"),
            pl.coalesce("source_row", "_row").alias("source_row"),
        )
    return findings.locate_findings(drafts.with_columns(pl.lit(table.name).alias("table_name")), touched, table)


def _cells(touched: pl.DataFrame, name: str, headers: pl.DataFrame | None, table: Table) -> pl.DataFrame:
    """The text and the place of one column: index, column_name, _value, _source (header), _row.

    A pivoted value (`<column>__row`) has its own source row, and no header where no row of the source has it.
    """
    text = pl.col(name).cast(pl.String)
    if name in table.names and table.column(name).kind == "decimal":
        text = text.str.replace(r"\.0+$", "").str.replace(r"(\.\d*?)0+$", "$1")
    own = pl.col(f"{name}{FROM}") if f"{name}{FROM}" in touched.columns else pl.lit(None, dtype=pl.String)
    is_pivoted = f"{name}{CELL_ROW}" in touched.columns
    row = pl.col(f"{name}{CELL_ROW}") if is_pivoted else pl.lit(None, dtype=pl.Int64)
    is_nowhere = row.is_null() & is_pivoted
    column = pl.lit(name).alias("column_name")
    place = (own.alias("_own"), row.alias("_row"), is_nowhere.alias("_is_nowhere"))
    cells = touched.select("index", "branch", column, text.alias("_value"), *place)
    shown = ("index", "column_name", "_value", "_row")
    if headers is None or headers.is_empty():
        return cells.select(*shown, pl.when(~pl.col("_is_nowhere")).then("_own").alias("_source"))
    mine = headers.filter((pl.col("table_name") == table.name) & (pl.col("column_name") == name))
    known = mine.select(pl.col("branch").cast(pl.Int32), "source_column").unique("branch", keep="first")
    joined = cells.with_columns(pl.col("branch").cast(pl.Int32)).join(known, on="branch", how="left")
    header = pl.coalesce("_own", "source_column")
    return joined.select(*shown, pl.when(~pl.col("_is_nowhere")).then(header).alias("_source"))


def _carry_out(faults: pl.DataFrame, frame: pl.DataFrame, row_findings: pl.DataFrame) -> Validated:
    """Empty what is to be emptied and set aside what is to be set aside."""
    reasons = (
        faults.filter(pl.col("effect") == "quarantine")
        .group_by("index")
        .agg(pl.col("rule_id").unique(maintain_order=True).alias("rules"))
        .sort("index")
    )
    quarantined = frame[reasons["index"]].with_columns(reasons["rules"])
    kept = frame.filter(~pl.col("index").is_in(reasons["index"].implode()))
    emptied = faults.filter((pl.col("effect") == "empty") & pl.col("column_name").is_in(frame.columns))
    for (name,), group in emptied.group_by("column_name"):
        gone = pl.col("index").is_in(group["index"].implode())
        names = [each for each in (name, f"{name}_precision") if each in kept.columns]
        kept = kept.with_columns(pl.when(~gone).then(pl.col(each)).alias(each) for each in names)
    helpers = [name for name in frame.columns if "__" in name and not name.endswith((FROM, CELL_ROW))]
    return Validated(kept.drop("index", *helpers), quarantined.drop("index", *helpers), row_findings)
