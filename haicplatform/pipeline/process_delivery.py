"""What one mapping makes of one delivery: read, scanned, stored as text, mapped, parsed, validated.

Belongs here: the order of those steps for one delivery, and the folder they leave:
  landing/<SITE>/<delivery>/<mapping>/  raw/, validated/, quarantined/, deleted/ (<table>.parquet),
  headers.parquet, findings.parquet, profile.json, summary.json
Does not belong here: any step itself, whether the delivery is accepted (gates.py), other deliveries (site_state.py).

The folder is immutable and complete or absent. A file that cannot be taken costs the tables it feeds, not the
delivery: they are not `whole` and what was accepted before stays in force. An extract of changes loses that file only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.atomic_files import background_writer, new_folder, translate_os_errors, write_json
from haicplatform.core.settings import Home
from haicplatform.ingest.state.delivery_summary import SUMMARY, Summary, TableCount, folder_of, load_summary

if TYPE_CHECKING:
    import polars as pl

    from haicplatform.ingest.landing.land import Landed
    from haicplatform.ingest.staging.read_delivery import DeliveryFiles
    from haicplatform.sites.site import Site
    from schemas.contract import Table

CELL_KINDS = ("missing", "type", "range", "code", "unit", "date", "precision")
Progress = Callable[[str], None]


def process_delivery(home: Home, site: Site, landed: Landed, mapping: str, progress: Progress | None = None) -> Summary:
    """Make the derivation's folder, or read it where it is there already.

    Raises UsageError where the site file does not fit the files, HaicError where the disk does not take it.
    """
    target = folder_of(home, site.site_id, landed.delivery_id, mapping)
    if (target / SUMMARY).exists():
        return load_summary(target)
    from haicplatform.ingest.staging.read_delivery import read_delivery

    progress = progress or (lambda _: None)
    with translate_os_errors(home.landing), new_folder(target) as building, background_writer() as beside:
        delivered = read_delivery(home, site, landed, progress)
        summary = _write(delivered, landed, mapping, building, beside, progress)
        write_json(building / SUMMARY, asdict(summary))
    return summary


def _without_deletions(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(rows to keep, rows that delete by key); an extract without `_op` deletes nothing."""
    import polars as pl

    if "op" not in rows.columns:
        return rows, rows.clear()
    is_deletion = (pl.col("op") == "D").fill_null(False)
    return rows.filter(~is_deletion), rows.filter(is_deletion)


def _write(
    delivered: DeliveryFiles,
    landed: Landed,
    mapping: str,
    building: Path,
    beside: Callable,
    progress: Progress,
) -> Summary:
    import polars as pl

    from haicplatform.findings import findings
    from haicplatform.ingest.landing.raw import write_raw
    from haicplatform.ingest.staging.mapped_table import HEADERS_SCHEMA
    from haicplatform.ingest.staging.parsing.stage import stage
    from haicplatform.ingest.validation import batch_profile
    from haicplatform.ingest.validation.batch_profile import profile_of
    from haicplatform.ingest.validation.rows import validate
    from schemas.contract import TABLES

    progress("raw")
    beside(write_raw, delivered.sheets, building / "raw")
    progress("map and parse")
    extracted_on = landed.extracted_at.date()
    names = sorted(file.name for file in landed.files)
    staged = stage(delivered.plan, landed.delivery_id, delivered.sheets, files=names)
    counted = profile_of({name: each.frame for name, each in staged.items()}, extracted_on)
    write_json(building / batch_profile.FILE, counted.as_json())
    found_of: dict[str, pl.DataFrame] = {}
    for part in ("validated", "quarantined", "deleted"):
        (building / part).mkdir()
    found, headers, counts = [findings.render_findings(delivered.findings)], [pl.DataFrame(schema=HEADERS_SCHEMA)], {}
    for name, table in TABLES.items():
        if name not in staged:
            continue
        progress(f"validate {name}")
        checked = validate(table, staged[name], extracted_at=extracted_on, extract=delivered.plan.site.extract)
        mine = findings.render_findings(findings.with_source_cells(checked.findings, delivered.sheets))
        kept, deleted = _without_deletions(checked.frame)
        errors = mine.filter(pl.col("severity") == "error").select("row_id")
        for part, frame in (("validated", kept), ("quarantined", checked.quarantined), ("deleted", deleted)):
            beside(frame.write_parquet, building / part / f"{name}.parquet", compression="lz4")
        counts[name] = TableCount(
            delivered=staged[name].frame.height,
            valid=kept.height,
            quarantined=checked.quarantined.height,
            quarantined_for_error=checked.quarantined.join(errors, on="row_id", how="semi").height,
            deleted=deleted.height,
        )
        found.append(_once_a_cell(mine, [found_of[each] for each in _ancestors(table) if each in found_of]))
        found_of[name] = found[-1]
        headers.append(staged[name].headers)
    pl.concat(headers, how="diagonal_relaxed").write_parquet(building / "headers.parquet")
    everything = pl.concat(found)
    everything.write_parquet(building / "findings.parquet")
    whole = delivered.plan.whole_tables(refusal.file or "" for refusal in delivered.refused)
    return Summary(
        delivery_id=landed.delivery_id,
        mapping=mapping,
        files=names,
        refused_files=[[refusal.file or "", refusal.reason, str(refusal)] for refusal in delivered.refused],
        whole=whole,
        partly=[name for name in whole if delivered.plan.tables[name].absent],
        tables=counts,
        rules=dict(sorted(everything.filter(pl.col("severity") != "info")["rule_id"].value_counts().iter_rows())),
        severities=dict(sorted(everything["severity"].value_counts().iter_rows())),
    )


def _once_a_cell(mine: pl.DataFrame, of_parents: list[pl.DataFrame]) -> pl.DataFrame:
    """One unreadable cell is one finding, however many rows of the table, or of its parents, are made from it."""
    import polars as pl

    kind = pl.col("rule_id").str.split(".").list.last().alias("kind")
    cell = ["source_file", "source_sheet", "source_row", "source_column", "kind"]
    named, others = (mine.with_columns(kind).filter(is_named) for is_named in _has_cell())
    if of_parents:
        known = pl.concat(of_parents).with_columns(kind).filter(_has_cell()[0])
        named = named.join(known, on=cell, how="anti", maintain_order="left", nulls_equal=True)
    named = named.unique(cell, keep="first", maintain_order=True)
    return pl.concat([named, others]).drop("kind")


def _has_cell() -> tuple[pl.Expr, pl.Expr]:
    """Findings on a cell of the hospital's, and the others."""
    import polars as pl

    kind = pl.col("rule_id").str.split(".").list.last()
    is_cell = pl.col("row_id").is_not_null() & pl.col("source_column").is_not_null() & kind.is_in(CELL_KINDS)
    return is_cell, ~is_cell


def _ancestors(table: Table) -> list[str]:
    from schemas.contract import TABLES

    return [] if table.parent is None else [table.parent, *_ancestors(TABLES[table.parent])]
