"""Parquet: typed columns become the text a person would type; rows are numbered as under a header."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading.files import read_file
from haicplatform.sites.layout import FileLayout


def test_types_become_plain_text(tmp_path):
    frame = pl.DataFrame(
        {
            "환자": ["00123", ""],
            "n": [1, None],
            "x": [12300000.0, 0.5],
            "d": [dt.date(2023, 3, 7), None],
            "t": [dt.datetime(2023, 3, 7, 14, 22), dt.datetime(2023, 3, 7)],
            "dec": [Decimal("1.50"), None],
            "b": [True, None],
        }
    )
    frame.write_parquet(tmp_path / "t")
    (sheet,) = read_file(tmp_path / "t", "t.parquet")
    assert sheet.rows.rows() == [
        (2, "00123", "1", "12300000", "2023-03-07", "2023-03-07 14:22", "1.50", "TRUE"),
        (3, None, None, "0.5", None, "2023-03-07", None, None),
    ]
    assert sheet.lines.total == sheet.physical_lines == 3


def test_totals_are_skipped_and_counted(tmp_path):
    pl.DataFrame({"a": ["1", "합계"]}).write_parquet(tmp_path / "t")
    (sheet,) = read_file(tmp_path / "t", "t.parquet", FileLayout(skip_rows="^합계$"))
    assert (sheet.rows.height, sheet.lines.skipped) == (1, 1)


def test_nested_columns_are_refused(tmp_path):
    pl.DataFrame({"a": [[1]]}).write_parquet(tmp_path / "t")
    with pytest.raises(FileRefused, match="column a") as caught:
        read_file(tmp_path / "t", "t.parquet")
    assert caught.value.reason == "type"
