"""One dataset in one file format: Parquet, CSV that Excel reads in Korean, SAS transport version 5.

Belongs here: formats, their limits, and the codebook of a dataset. Does not belong here: which datasets there are and
where they lie (datasets.py), any value of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from haicplatform.core.errors import DataRefused
from schemas.analysis.exported import TEXT_BYTES

SAS_EPOCH = date(1960, 1, 1)
SAS_DATE = "DATE9."


@dataclass(frozen=True)
class Variable:
    """A column as it is called outside; codes: what it may hold, empty: anything. column: the warehouse's."""

    name: str
    label: str
    column: str
    description: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A frame of text, number and date columns with the variables that say what they are, in the same order."""

    name: str
    label: str
    frame: pl.DataFrame
    variables: tuple[Variable, ...]

    def codebook(self) -> pl.DataFrame:
        """One row a variable: dataset, variable, label, type (Char, Num), format, length, codes, column, description.

        length is in bytes as in the SAS file; codes are separated by `; `.
        """
        texts = _sas_texts(self.frame)
        rows = []
        for one in self.variables:
            kind = self.frame.schema[one.name]
            is_text = kind == pl.String
            length = max(texts[one.name].str.len_bytes().max() or 1, 1) if is_text else 8
            rows.append(
                {
                    "dataset": self.name,
                    "variable": one.name,
                    "label": one.label,
                    "type": "Char" if is_text else "Num",
                    "format": SAS_DATE if kind == pl.Date else "",
                    "length": str(length),
                    "codes": "; ".join(one.codes),
                    "column": one.column,
                    "description": one.description,
                }
            )
        return pl.DataFrame(rows).with_columns(pl.col(pl.String).replace("", None))


def write_parquet(dataset: Dataset, path: Path) -> None:
    dataset.frame.write_parquet(path)


def write_csv(dataset: Dataset, path: Path) -> None:
    """UTF-8 with a byte order mark; ISO dates, exact decimals, an empty cell is missing."""
    write_csv_frame(dataset.frame, path)


def write_csv_frame(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path, include_bom=True, line_terminator="\r\n")


def write_xpt(dataset: Dataset, path: Path) -> None:
    """SAS transport version 5 (TS-140): numbers as 8-byte floats, dates as days since 1960, text in ASCII.

    Raises DataRefused where a text has more than 200 bytes.
    """
    import pyreadstat

    frame = _sas_texts(dataset.frame)
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    for name, kind in frame.schema.items():
        if kind == pl.String and (frame[name].str.len_bytes() > TEXT_BYTES).any():
            raise DataRefused(
                f"A text in {dataset.name} is too long for a SAS transport file",
                column=name,
                expected=f"at most {TEXT_BYTES} bytes, of which a character outside ASCII takes six",
                todo="export with --format parquet,csv, or shorten it at its source",
            )
    numbers = frame.with_columns((pl.col(dates) - SAS_EPOCH).dt.total_days()).with_columns(
        pl.exclude(pl.String).cast(pl.Float64)
    )
    pyreadstat.write_xport(
        numbers.to_pandas(),
        path,
        file_label=dataset.label,
        column_labels=[one.label for one in dataset.variables],
        table_name=dataset.name,
        file_format_version=5,
        variable_format=dict.fromkeys(dates, SAS_DATE),
    )


def _sas_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Text as SAS can carry it from machine to machine: ASCII, none missing."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    other = {
        value: value.encode("ascii", "backslashreplace").decode("ascii")
        for name in texts
        for value in frame[name].unique().drop_nulls().to_list()
        if not value.isascii()
    }
    return frame.with_columns(pl.col(texts).replace(other).fill_null(""))
