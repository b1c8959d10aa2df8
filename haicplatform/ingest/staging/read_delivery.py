"""A delivery's files in memory: read, held against the site file, scanned, patient numbers hashed.

Belongs here: which file is taken and which is refused, and the findings about files. Nothing is written before
this is done. Does not belong here: reading (reading/), finding identifiers (scan.py), mapping columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.core.identifiers import mask_text
from haicplatform.core.settings import Home
from haicplatform.findings import findings
from haicplatform.ingest.landing import scan
from haicplatform.ingest.landing.land import Landed, LandedFile, refuse_original
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.reading.sheet import ROW, Sheet
from haicplatform.ingest.staging.columns import refuse_columns, require_supplied
from haicplatform.sites.plan import DeliveryPlan, FilePlan, plan_delivery, plan_file
from haicplatform.sites.site import Site

IN_TEXT = "patient.identifier_in_text"


@dataclass(frozen=True)
class DeliveryFiles:
    """plan: what the sheets feed; sheets: taken, without identifiers; refused: the others; findings: about files."""

    plan: DeliveryPlan
    sheets: list[Sheet]
    refused: list[FileRefused]
    findings: pl.DataFrame


@dataclass
class _Found:
    sheets: list[Sheet] = field(default_factory=list)
    refused: list[FileRefused] = field(default_factory=list)
    findings: list[pl.DataFrame] = field(default_factory=lambda: [findings.draft_findings()])


def read_delivery(home: Home, site: Site, landed: Landed, progress: Callable[[str], None]) -> DeliveryFiles:
    """Read every file of a delivery that the site file has a table for.

    Raises UsageError, before a row is mapped, where the columns of files are not those of the site file (with both
    lists of every such file), and where the site file leaves required fields open.
    """
    found = _Found()
    for file in landed.files:
        planned = plan_file(site, file.name)
        if planned.is_ignored:
            continue
        progress(f"read {file.name}")
        try:
            taken = _read_file(home, site, landed, file, planned, found)
            refuse_columns(site, taken)
            found.sheets += taken
        except FileRefused as refusal:
            refusal.found = mask_text(refusal.found or "") or None  # headers, sheet names
            found.refused.append(refusal)
            found.findings.append(_of_file(site, landed, refusal))
    _stop_at_columns(site, [each for each in found.refused if each.reason == "columns"])
    plan = plan_delivery(site, found.sheets)
    for missing in _missing(plan, landed, found.refused):
        found.refused.append(missing)
        found.findings.append(_of_file(site, landed, missing))
    require_supplied(plan)
    sheets = [_hash(home, plan, sheet) for sheet in found.sheets]
    about_files = pl.concat(_of_place(plan, sheets, each) for each in found.findings)
    return DeliveryFiles(plan, sheets, found.refused, about_files)


def _stop_at_columns(site: Site, misfits: list[FileRefused]) -> None:
    """A column gone or new may move every value of a table: the hospital waits until its site file is mended."""
    if misfits:
        raise UsageError(
            "The columns of delivered files are not those of the site file; nothing of this hospital was taken",
            file=", ".join(refusal.file or "" for refusal in misfits),
            found="; ".join(f"{refusal.file}: {refusal.found}" for refusal in misfits),
            expected=misfits[0].expected,
            todo=f"map or ignore the new columns, or correct the old ones, in {site.path}",
        )


def _read_file(
    home: Home, site: Site, landed: Landed, file: LandedFile, planned: FilePlan, found: _Found
) -> list[Sheet]:
    path = landed.original(file.name)
    if path is None:
        raise FileRefused(
            "The refused original has been deleted since",
            file=file.name,
            expected="a file that is still kept",
            todo="ask the hospital to deliver it again without identifiers",
            reason="identifier",
        )
    if not planned.tables:
        raise FileRefused(
            "No table of the site file reads this file",
            file=file.name,
            expected="a file that one of the tables names",
            todo="add it to a table, or to ignore_files",
            reason="unknown",
        )
    taken = []
    for sheet in read_file(path, file.name, planned.layouts):
        hits = scan.scan(sheet)
        if file.identifiers:
            named = pl.DataFrame({"kind": list(file.identifiers), "place": "file_name"})
            hits = pl.concat([hits, named], how="diagonal")
        if not hits.is_empty() and site.on_identifier == "refuse":
            refuse_original(home, site.site_id, landed.delivery_id, file.name)
            raise _identifier(file.name, hits)
        tables = plan_delivery(site, [sheet]).tables_of(sheet)
        if not tables:
            continue  # scanned all the same: the original is kept whole
        if not hits.is_empty():
            found.findings.append(_masked(landed, tables[0], sheet, hits))
            sheet = scan.mask(sheet, hits)
        for row, reason in sheet.rejected.iter_rows():
            found.findings.append(_row(site, landed, tables[0], sheet, row, reason))
        taken.append(sheet)
    return taken


_PLACES = {
    "cell": "in a cell",
    "header": "in a header",
    "sheet_name": "in the name of a sheet",
    "file_name": "in the name of the file",
    "outside": "outside the rows: a title, a total, a damaged line or another sheet",
}


def _identifier(name: str, hits: pl.DataFrame) -> FileRefused:
    first = hits.row(0, named=True)
    return FileRefused(
        "The file holds a resident registration number or a telephone number and was set apart",
        file=name,
        row=first[ROW],
        column=first["source_column"],
        found=f"{hits.height} {'place' if hits.height == 1 else 'places'}, the first {_PLACES[first['place']]}",
        expected="no such number anywhere in the file",
        todo="remove it and deliver the file again, or set on_identifier: mask in the site file",
        reason="identifier",
    )


def _missing(plan: DeliveryPlan, landed: Landed, refusals: list[FileRefused]) -> list[FileRefused]:
    """A full extract brings every source of every table; of changes, what its <table>.sql puts together."""
    is_incremental = plan.site.extract == "incremental"
    refused = {table for refusal in refusals for table in plan.tables_of_file(refusal.file or "")}
    missing: dict[str, list[str]] = {}
    for name, table in plan.tables.items():
        absent = table.absent
        if is_incremental:
            if len(absent) == len(table.feeds) or table.counts:
                continue
            absent = list(table.absent_relations.values())
        if name in refused:
            continue
        for source in absent:
            if source.file or len(table.feeds) > 1:
                place = " or ".join(source.file or (name,)) + (f", sheet {source.sheet}" if source.sheet else "")
                missing.setdefault(place, []).append(name)
    return [
        FileRefused(
            f"A file for {', '.join(tables)} did not arrive",
            file=place,
            expected=f"one of {len(landed.files)} delivered files to be called so",
            todo="deliver it, or declare the table unavailable in the site file"
            if not is_incremental
            else "deliver all files of the table together, changed or not: its rows are put together from them",
            reason="missing",
        )
        for place, tables in missing.items()
    ]


def _of_file(site: Site, landed: Landed, refusal: FileRefused) -> pl.DataFrame:
    """One finding on the file; its table is the first it feeds.

    Its identity is what the file is called in every delivery: tonight's date in its name makes no new question.
    """
    name = refusal.file or ""
    tables = plan_file(site, name).tables
    return findings.draft_finding(
        f"file.{refusal.reason}",
        site_id=site.site_id,
        delivery_id=landed.delivery_id,
        table_name=tables[0] if tables else None,
        source_file=refusal.file,
        source_row=refusal.row,
        source_column=refusal.column,
        expected=refusal.expected,
        key=[name if refusal.reason == "missing" else site.lasting_name(name)],  # what is missing is a glob already
    )


def _row(site: Site, landed: Landed, table: str, sheet: Sheet, row: int, reason: str) -> pl.DataFrame:
    return findings.draft_finding(
        "file.row",
        site_id=site.site_id,
        delivery_id=landed.delivery_id,
        table_name=table,
        source_file=sheet.file,
        source_sheet=sheet.sheet,
        source_row=row,
        expected=reason,
        key=[site.lasting_name(sheet.file), sheet.sheet, str(row)],
    )


def _masked(landed: Landed, table: str, sheet: Sheet, hits: pl.DataFrame) -> pl.DataFrame:
    """A finding a masked cell: where, never what."""
    return findings.draft_findings(
        hits.select(ROW, "source_column")
        .unique(maintain_order=True)
        .with_columns(
            pl.lit(IN_TEXT).alias("rule_id"),
            pl.lit(landed.site_id).alias("site_id"),
            pl.lit(landed.delivery_id).alias("delivery_id"),
            pl.lit(table).alias("table_name"),
            pl.lit(mask_text(sheet.file)).alias("source_file"),
            pl.lit(mask_text(sheet.sheet)).alias("source_sheet"),
        )
    )


def _of_place(plan: DeliveryPlan, sheets: list[Sheet], found: pl.DataFrame) -> pl.DataFrame:
    """Give findings on a cell outside the contract their patient and, as their key, the content of their row."""
    if found.is_empty() or found["rule_id"][0] != IN_TEXT:
        return found
    file, sheet_name = found.select("source_file", "source_sheet").row(0)
    sheet = next((each for each in sheets if (each.file, each.sheet) == (file, sheet_name)), None)
    if sheet is None:
        return found
    ids = [header for header in plan.patient_headers(sheet) if header in sheet.header]
    place = sheet.rows.select(
        ROW,
        pl.col(ids[0]).alias("patient") if ids else pl.lit(None, dtype=pl.String).alias("patient"),
        pl.concat_list(pl.col(header).fill_null("") for header in sheet.header).alias("content"),
    )
    joined = found.join(place, on=ROW, how="left", maintain_order="left")
    return findings.draft_findings(
        joined.with_columns(
            pl.col("patient").alias("patient_id"),
            pl.concat_list(pl.col("content"), pl.col("source_column").fill_null("")).alias("key"),
        )
    )


def _hash(home: Home, plan: DeliveryPlan, sheet: Sheet) -> Sheet:
    """The sheet with patient numbers replaced by keyed hashes, unless they are study numbers already."""
    site = plan.site
    if site.patient_ids == "study":
        return sheet
    for header, nulls in plan.patient_headers(sheet).items():
        sheet = scan.hash_columns(
            sheet, [header], home.identity_key(), site.site_id, digits=site.id_digits, nulls=nulls
        )
    return sheet
