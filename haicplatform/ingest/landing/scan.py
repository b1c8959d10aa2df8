"""Identity protection: numbers that name a person are found in memory, before anything is written.

Belongs here: finding and masking registration numbers and phone numbers, keyed hashes of patient numbers.
Does not belong here: refusing a file or writing it (land.py, ingest_hospital.py). A value found is never returned,
logged or raised: only where it stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from haicplatform.core.distinct_values import distinct_values_of
from haicplatform.core.identifiers import ANY, MASK, SHORTEST, UNPLAIN, hash_id, kinds_in, mask_text, plain_id
from haicplatform.ingest.reading import cells
from haicplatform.ingest.reading.sheet import ROW, Sheet

HITS_SCHEMA = {ROW: pl.Int64, "source_column": pl.String, "kind": pl.String, "place": pl.String}


def scan(sheet: Sheet) -> pl.DataFrame:
    """Where identifiers stand: source_row, source_column, kind, place; never the value.

    source_column is the header, itself masked. place: cell; header; sheet_name; file_name; outside (a title, a total,
    a rejected record, a sheet that is not read). One row a cell and kind, in file order.
    """
    found = [_in_names(sheet), _in_cells(sheet.rows), _in_outside(sheet.outside)]
    return pl.concat(found).unique(maintain_order=True)


def mask(sheet: Sheet, hits: pl.DataFrame) -> Sheet:
    """The sheet with the hits' values replaced by `[masked]`; its outside text is dropped."""
    rows = sheet.rows
    own = {mask_text(name): name for name in sheet.header}
    for (shown,), group in hits.filter(pl.col("place") == "cell").group_by("source_column"):
        column = own[shown]
        place = rows[ROW].search_sorted(group[ROW].unique())
        masked = [mask_text(text) for text in rows[column].gather(place).to_list()]
        rows = rows.with_columns(rows[column].scatter(place, masked))
    header = cells.unique_header([mask_text(name) for name in sheet.header])
    return replace(
        sheet,
        file=mask_text(sheet.file),
        sheet=mask_text(sheet.sheet),
        header=header,
        rows=rows.rename(dict(zip(sheet.header, header, strict=True))),
        outside=sheet.outside.clear(),
    )


def _in_cells(rows: pl.DataFrame) -> pl.DataFrame:
    text = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    long = [name for name in text if (rows[name].str.len_bytes() >= SHORTEST).any()]
    different = [distinct_values_of(rows[name]) for name in long]
    suspects = pl.collect_all(each.frame.lazy().select(_is_suspect(pl.all()).fill_null(False)) for each in different)
    found = []
    for name, each, marked in zip(long, different, suspects, strict=True):
        shown = mask_text(name)
        few = rows.select(ROW, name)[each.rows_where(marked[name])]
        found += [(row, shown, kind, "cell") for row, cell in few.iter_rows() for kind in kinds_in(cell)]
    return _hits(sorted(found, key=lambda hit: hit[0]))


def _is_suspect(cell: pl.Expr) -> pl.Expr:
    """What Rust finds fast; each suspect is then looked at letter by letter."""
    return (cell.str.len_bytes() >= SHORTEST) & (cell.str.contains(ANY) | cell.str.contains(UNPLAIN))


def _in_names(sheet: Sheet) -> pl.DataFrame:
    found: list[tuple[None, str | None, str, str]] = [(None, None, kind, "file_name") for kind in kinds_in(sheet.file)]
    found += [(None, None, kind, "sheet_name") for kind in kinds_in(sheet.sheet)]
    found += [(None, mask_text(name), kind, "header") for name in sheet.header for kind in kinds_in(name)]
    return _hits(found)


def _in_outside(outside: pl.DataFrame) -> pl.DataFrame:
    return _hits(
        [
            (row, None, kind, "outside")
            for _, row, text in outside.filter(_is_suspect(pl.col("text"))).iter_rows()
            for kind in kinds_in(text)
        ]
    )


def _hits(found: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame(found, schema=HITS_SCHEMA, orient="row")


def hash_ids(
    ids: pl.Series, key: bytes, site_id: str, *, digits: int | None = None, nulls: Collection[str] = ()
) -> pl.Series:
    """Patient numbers as keyed hashes: HMAC-SHA-256 of (site, plain id), the first 32 hex digits.

    Null, blank and the spellings in `nulls` stay what they are, so that a missing number is found as missing; a
    number that was masked is null, so that two people masked alike do not become one.
    """
    absent = {plain_id(null).casefold() for null in nulls} | {""}
    different = distinct_values_of(ids)
    written = different.frame[ids.name]
    unique = written.drop_nulls().unique()

    def hashed(text: str) -> str | None:
        plain = plain_id(text, digits)
        if MASK in plain:
            return None
        return text if plain.casefold() in absent else hash_id(plain, key, site_id)

    new = pl.Series([hashed(text) for text in unique.to_list()], dtype=pl.String)
    made = written.replace_strict(unique, new, default=None, return_dtype=pl.String)
    return different.made(made.to_frame(ids.name)).by_row()[ids.name]


def hash_columns(
    sheet: Sheet,
    columns: Collection[str],
    key: bytes,
    site_id: str,
    *,
    digits: int | None = None,
    nulls: Collection[str] = (),
) -> Sheet:
    """The sheet with the patient numbers in `columns` (its own headers) replaced by keyed hashes."""
    there = [name for name in sheet.header if name in set(columns)]
    hashed = [hash_ids(sheet.rows[name], key, site_id, digits=digits, nulls=nulls) for name in there]
    return replace(sheet, rows=sheet.rows.with_columns(hashed)) if hashed else sheet
