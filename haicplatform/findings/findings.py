"""Findings: what is wrong, where, how grave, and what to do, as data.

Belongs here: the frame quality.finding, drafts of it (what a check knows) and what is rendered of them (severity,
category, sentences in both languages, fingerprint, from the rule catalogue). Does not belong here: any check.

A check drafts findings with whatever of DRAFT it knows (`draft_findings`), at least rule_id. `locate_findings` looks up
the rest from the row a finding sits on, `with_source_cells` the text of the hospital's own cell, `render_findings`
makes the frame that is stored. The value of an identifying column is never kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from string import Formatter

import polars as pl

from schemas.contract import TABLES, Table
from schemas.rules import EFFECT_EN, EFFECT_KO, RULES

SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "site_id": pl.String(),
    "table_name": pl.String(),
    "rule_id": pl.String(),
    "severity": pl.String(),
    "category": pl.String(),
    "patient_id": pl.String(),
    "column_name": pl.String(),
    "source_column": pl.String(),
    "value": pl.String(),
    "source_file": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
    "row_id": pl.String(),
    "message_en": pl.String(),
    "message_ko": pl.String(),
    "fingerprint": pl.String(),
}
_MADE_HERE = ("category", "message_en", "message_ko", "fingerprint")
DRAFT: dict[str, pl.DataType] = {name: kind for name, kind in SCHEMA.items() if name not in _MADE_HERE} | {
    "effect": pl.String(),  # quarantine, empty, keep; the catalogue's where null
    "expected": pl.String(),  # what was expected; the catalogue's where null
    "key": pl.List(pl.String()),  # key values in contract order, for the fingerprint
}
PROVENANCE = ("site_id", "delivery_id", "source_file", "source_sheet", "source_row", "row_id")

_SHOWN = 60
"""Characters of a value that a sentence shows."""


def empty() -> pl.DataFrame:
    """No findings, in the shape of quality.finding."""
    return pl.DataFrame(schema=SCHEMA)


def draft_findings(frame: pl.DataFrame | None = None) -> pl.DataFrame:
    """`frame` with exactly the columns of DRAFT: missing ones null, others dropped."""
    if frame is None:
        return pl.DataFrame(schema=DRAFT)
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in DRAFT.items()
    )


def draft_finding(rule_id: str, **known: object) -> pl.DataFrame:
    """One draft, for a file or a delivery: `known` are columns of DRAFT."""
    return draft_findings(pl.DataFrame({"rule_id": [rule_id]} | {name: [each] for name, each in known.items()}))


def key_values(table: Table) -> pl.Expr:
    """The key of a row as a list of texts, in contract order; null where any part but an optional one is null.

    A part that may be empty by contract (a course number, the date of a death) is an empty text.
    """
    parts = [pl.col(name).cast(pl.String) for name in table.key]
    optional = [
        part if table.column(name).value_required else part.fill_null("")
        for name, part in zip(table.key, parts, strict=True)
    ]
    listed = pl.concat_list(optional)
    return pl.when(pl.all_horizontal(part.is_not_null() for part in optional)).then(listed)


def locate_findings(findings: pl.DataFrame, rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Fill provenance, patient_id, key and (where still null) nothing else from the rows findings sit on.

    `findings`: drafts, with row_id. `rows`: any frame of `table` with contract and provenance columns.
    A row without a whole key gives its content as the key, as the identity of a finding demands.
    """
    found = draft_findings(findings)
    if found.is_empty():
        return found
    touched = rows.join(found.select(pl.col("row_id").unique()), on="row_id", how="semi")
    content = pl.concat_list(pl.col(name).cast(pl.String).fill_null("") for name in table.names)
    looked_up = touched.select(
        *PROVENANCE,
        pl.col("patient_id").alias("patient_id"),
        key_values(table).fill_null(content).alias("key"),
    ).unique("row_id", keep="first")
    names = [name for name in looked_up.columns if name != "row_id"]
    joined = found.join(looked_up, on="row_id", how="left", suffix="_of_row", maintain_order="left")
    return draft_findings(joined.with_columns(pl.coalesce(name, f"{name}_of_row").alias(name) for name in names))


def with_source_cells(findings: pl.DataFrame, sheets: Iterable) -> pl.DataFrame:
    """Replace `value` by the text of the hospital's own cell, where the sheet and the header are known.

    `sheets`: reading.Sheet (file, sheet, rows with source_row). Works on drafts and rendered findings;
    cells that cannot be looked up keep their value.
    """
    cells = []
    for sheet in sheets:
        here = (pl.col("source_file") == sheet.file) & (pl.col("source_sheet").fill_null("") == (sheet.sheet or ""))
        mine = findings.filter(here & pl.col("source_row").is_not_null())
        if mine.is_empty():
            continue
        rows = sheet.rows.filter(pl.col("source_row").is_in(mine["source_row"].unique().implode()))
        for header in mine["source_column"].drop_nulls().unique():
            if header in rows.columns:
                cells.append(
                    rows.select(
                        pl.lit(sheet.file).alias("source_file"),
                        pl.lit(sheet.sheet or "").alias("source_sheet"),
                        pl.col("source_row").cast(pl.Int64),
                        pl.lit(header).alias("source_column"),
                        pl.col(header).cast(pl.String).alias("_cell"),
                    ).unique(["source_row"], keep="first")
                )
    if not cells:
        return findings
    where = ["source_file", "source_sheet", "source_row", "source_column"]
    joined = findings.with_columns(pl.col("source_sheet").fill_null("")).join(
        pl.concat(cells), on=where, how="left", maintain_order="left"
    )
    return joined.with_columns(pl.coalesce("_cell", "value").alias("value")).drop("_cell")


def render_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Drafts (missing columns are null) as quality.finding, in the order given.

    Severity, effect and what was expected are the finding's own, else the catalogue's. KeyError for a rule
    that is not in the catalogue: that is a programming error.
    """
    found = draft_findings(findings)
    if found.is_empty():
        return empty()
    used = found["rule_id"].unique().to_list()
    unknown = sorted(str(id_) for id_ in used if id_ not in RULES)
    if unknown:
        raise KeyError(f"rules not in the catalogue: {', '.join(unknown)}")
    rules = pl.DataFrame(
        [
            {
                "rule_id": rule.id,
                "_severity": rule.severity,
                "category": rule.category,
                "_effect": rule.effect,
                "_expected": rule.expected,
            }
            for rule in map(RULES.__getitem__, used)
        ],
        schema_overrides={"_expected": pl.String},
    )
    found = found.with_row_index("_order").join(rules, on="rule_id", how="left")
    found = found.with_columns(
        pl.coalesce("severity", "_severity").alias("severity"),
        pl.coalesce("effect", "_effect").alias("effect"),
        pl.coalesce("expected", "_expected").alias("expected"),
        pl.when(~_is_identifying()).then(pl.col("value")).alias("value"),
    )
    groups = found.partition_by("rule_id", "severity", "effect", "column_name")
    spoken = pl.concat([_with_sentences(group) for group in groups]).sort("_order")
    return spoken.with_columns(_fingerprints(spoken)).select(list(SCHEMA))


def _is_identifying() -> pl.Expr:
    hidden = [f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if c.identifying]
    place = pl.concat_str("table_name", pl.lit("."), "column_name")
    return place.is_in(hidden).fill_null(False) | (pl.col("rule_id") == "patient.identifier_in_text")


def _with_sentences(group: pl.DataFrame) -> pl.DataFrame:
    """Add both sentences to findings of one rule, severity, effect and column."""
    rule_id, severity, effect, table_name, column_name = group.select(
        "rule_id", "severity", "effect", "table_name", "column_name"
    ).row(0)
    rule = RULES[rule_id]
    en, ko = rule.words(severity, effect)
    title_en, title_ko = _titles(table_name, column_name)
    about_row = bool(group["row_id"].is_not_null().any())
    settled = severity in rule.settled
    return group.with_columns(
        _sentence(
            en, title_en, "(not shown)", _closing(EFFECT_EN[effect], about_row, "" if settled else rule.todo_en)
        ).alias("message_en"),
        _sentence(
            ko, title_ko, "(표시 안 함)", _closing(EFFECT_KO[effect], about_row, "" if settled else rule.todo_ko)
        ).alias("message_ko"),
    )


def _closing(done: str, about_row: bool, todo: str) -> str:
    """What was done with the row (where there is one) and what is left to do."""
    return " ".join(part for part in (done if about_row else "", todo) if part)


def _titles(table_name: str | None, column_name: str | None) -> tuple[str, str]:
    if table_name in TABLES and column_name in TABLES[table_name].names:
        column = TABLES[table_name].column(column_name)
        return column.title_en, column.title_ko
    return column_name or "?", column_name or "?"


def _sentence(template: str, title: str, hidden: str, closing: str) -> pl.Expr:
    """The template filled row by row: {column}, {value}, {expected}."""
    shown = pl.col("value").str.replace_all(r"\s+", " ")
    shown = pl.when(shown.str.len_chars() > _SHOWN).then(shown.str.slice(0, _SHOWN) + "…").otherwise(shown)
    parts = {
        "value": pl.concat_str(pl.lit("'"), shown, pl.lit("'")).fill_null(hidden),
        "column": pl.concat_str(pl.lit("'"), pl.col("source_column").fill_null(title), pl.lit("'")),
        "expected": pl.col("expected").fill_null("?"),
    }
    pieces: list[pl.Expr] = []
    for literal, name, _, _ in Formatter().parse(template):
        pieces.append(pl.lit(literal))
        if name:
            pieces.append(parts[name])
    return pl.concat_str(*pieces, pl.lit(f" {closing}" if closing else ""))


def fingerprint(site: str, table: str | None, key: list[str] | None, column: str | None, rule: str) -> str:
    """sha256 of the UTF-8 JSON list [site, table, key values, column, rule], the identity of a finding."""
    identity = [site, table, *(key or []), column, rule]
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()


def _fingerprints(found: pl.DataFrame) -> pl.Series:
    rows = found.select("site_id", "table_name", "key", "column_name", "rule_id").iter_rows()
    return pl.Series("fingerprint", [fingerprint(*row) for row in rows], dtype=pl.String)
