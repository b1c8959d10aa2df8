"""raw/: every row as text with where it came from; nothing that is not a row."""

import json

import polars as pl

from haicplatform.ingest.landing.raw import write_raw
from haicplatform.ingest.reading.text import read_text
from haicplatform.sites.layout import FileLayout


def test_rows_are_kept_as_text_with_their_place(tmp_path):
    data = "환자,값\n1, x \n2\n3,\n".encode()
    sheet = read_text(data, "sub/a.csv", FileLayout())
    (entry,) = write_raw([sheet], tmp_path / "raw")
    frame = pl.read_parquet(tmp_path / "raw" / entry["parquet"])
    assert frame.columns == ["source_row", "환자", "값", "source_file", "source_sheet"]
    assert frame.rows() == [(2, "1", " x ", "sub/a.csv", ""), (4, "3", None, "sub/a.csv", "")]
    assert entry["rejected"] == [(3, "1 cell where the header has 2")]
    assert entry["lines"]["physical"] == 4 == sum(v for k, v in entry["lines"].items() if k != "physical")
    (listed,) = json.loads((tmp_path / "raw" / "sheets.json").read_text("utf-8"))
    assert (listed["file"], listed["header"]) == (sheet.file, sheet.header)
    assert frame.select("source_row", *listed["header"]).equals(sheet.rows)


def test_rejected_text_titles_and_totals_are_not_written(tmp_path):
    data = b"secret title\na,b\n1,2\nsecret\ntotal secret,1\n"
    sheet = read_text(data, "a.csv", FileLayout(delimiter=",", header_rows=(2,), skip_rows="^total"))
    assert "secret" in " ".join(sheet.outside["text"])
    write_raw([sheet], tmp_path / "raw")
    assert all(b"secret" not in path.read_bytes() for path in (tmp_path / "raw").iterdir())
