"""The exported files hold the warehouse's numbers, in readers that are not ours, with names, labels and codes."""

from __future__ import annotations

import json
import re
from datetime import date

import pandas as pd
import polars as pl
import pyreadstat
import pytest
from contract_warehouse import harmonised
from typer.testing import CliRunner

from haicplatform.cli.main import app
from haicplatform.core.errors import DataRefused, UsageError
from haicplatform.core.settings import Home
from haicplatform.pipeline.run_study import run_study
from haicplatform.release.dataset_formats import Dataset, Variable, write_xpt
from haicplatform.release.datasets import DATASETS, FORMATS, export_study
from haicplatform.studies.loading import list_studies
from haicplatform.warehouse import warehouse

SOURCE, STUDY, LATER = "haic_after_ate_beva_ssm", "exported", "not_run"
ALL = sorted(DATASETS)
DATES = {"ADSL": ["TRTSDT"], "ADRS": ["ADT"], "ADTTE": ["STARTDT", "ADT"], "ADTR": ["ADT"]}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A home where a study without sensitivity analyses, with one endpoint named in Korean, was run. SYNTHETIC."""
    from haicplatform.demo import ssm

    home = Home(tmp_path_factory.mktemp("home")).create()
    with warehouse.writable(home, fresh=True) as con:
        harmonised({ssm.SITE: ssm.tables()}, con)
        con.execute(
            "CREATE TABLE quality.snapshot_member AS SELECT 's1' AS snapshot_id, ? AS site_id, 'd1' AS delivery_id",
            [ssm.SITE],
        )
    text = list_studies()[SOURCE].read_text(encoding="utf-8").partition("sensitivity:")[0]
    text = re.sub(r"(PFS: \{label: )[^,]+", r"\1무진행생존", text)
    for study in (STUDY, LATER):
        (home.studies / f"{study}.yaml").write_text(text, encoding="utf-8")
    run_study(home, STUDY)
    return home


@pytest.fixture(scope="module")
def exported(home):
    return export_study(home, STUDY)


@pytest.fixture(scope="module")
def codebook(exported) -> pl.DataFrame:
    return pl.read_csv(exported.folder / "variables.csv", infer_schema_length=0)


def stored(home: Home, name: str, codebook: pl.DataFrame) -> pl.DataFrame:
    """The relation in the warehouse under the exported names, without PARAM: asked here, not by the exporter."""
    names = codebook.filter((pl.col("dataset") == name) & (pl.col("variable") != "PARAM")).rows_by_key("variable")
    columns = codebook.filter(pl.col("dataset") == name).select("variable", "column")
    mapping = {variable: column for variable, column in columns.iter_rows() if variable in names}
    select = ", ".join(f'"{column}" AS "{variable}"' for variable, column in mapping.items())
    with warehouse.published(home) as con:
        return con.execute(
            f"SELECT {select} FROM analysis.{name.lower()} WHERE study_id = ? ORDER BY ALL", [STUDY]
        ).pl()


def test_the_folder_lies_with_the_report_and_only_its_owner_may_read_it(home, exported):
    assert exported.folder == home.reports / STUDY / "s1" / "export"
    wanted = {f"{name}.{ending}" for name in DATASETS for ending in FORMATS} | {"variables.csv", "README.txt"}
    assert {path.name for path in exported.folder.iterdir()} == wanted == {path.name for path in exported.files}
    assert exported.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in exported.files} == {0o600}


@pytest.mark.parametrize("name", ALL)
def test_sas_file_in_pandas_holds_the_warehouse_s_values(home, exported, codebook, name):
    """pandas has its own reader of the format (IBM floats and all)."""
    read = pd.read_sas(exported.folder / f"{name}.xpt", format="xport", encoding="ascii")
    ours = stored(home, name, codebook)
    assert len(read) == ours.height == exported.rows[name] > 0
    for variable, kind in ours.schema.items():
        if kind == pl.String:
            assert read[variable].fillna("").tolist() == ours[variable].fill_null("").to_list(), variable
        elif kind == pl.Boolean:
            assert (read[variable] == "Y").tolist() == ours[variable].to_list(), variable
        elif kind == pl.Date:
            days = [None if day is None else (day - date(1960, 1, 1)).days for day in ours[variable]]
            assert read[variable].astype(object).where(read[variable].notna(), None).tolist() == days, variable
        else:
            values = ours[variable].cast(pl.Float64).to_pandas()
            # pandas issue 50670: its reader makes 5.4e-79 of a zero
            found = read[variable].where(~(read[variable].abs() < 1e-70), 0.0)
            pd.testing.assert_series_equal(found, values, check_names=False, rtol=1e-15, atol=0)
            second = pyreadstat.read_xport(exported.folder / f"{name}.xpt", usecols=[variable])[0][variable]
            pd.testing.assert_series_equal(second, values, check_names=False, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ALL)
def test_sas_file_has_names_labels_and_formats_in_both_readers(exported, codebook, name):
    path = exported.folder / f"{name}.xpt"
    mine = codebook.filter(dataset=name)
    labels = dict(mine.select("variable", "label").iter_rows())
    types = {
        variable: "numeric" if kind == "Num" else "char" for variable, kind in mine.select("variable", "type").rows()
    }
    fields = pd.read_sas(path, format="xport", iterator=True).fields
    assert {f["name"].decode(): f["label"].decode() for f in fields} == labels
    assert {f["name"].decode(): f["ntype"] for f in fields} == types
    assert [f["name"].decode() for f in fields if (f["nform"], f["nfl"]) == (b"DATE", 9)] == DATES[name]
    _, meta = pyreadstat.read_xport(path)
    assert meta.column_names_to_labels == labels
    assert (meta.table_name, meta.file_label) == (name, f"SYNTHETIC {DATASETS[name]}")
    assert [one for one, form in meta.original_variable_types.items() if form == "DATE9"] == DATES[name]


@pytest.mark.parametrize("name", ALL)
def test_sas_file_keeps_the_limits_of_version_5(exported, codebook, name):
    content = (exported.folder / f"{name}.xpt").read_bytes()
    assert content.startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!") and b"LIBV8" not in content
    for variable, label, length in codebook.filter(dataset=name).select("variable", "label", "length").iter_rows():
        assert re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", variable)
        assert 0 < len(label) <= 40 and label.isascii()
        assert int(length) <= 200


@pytest.mark.parametrize("name", ALL)
def test_parquet_and_csv_hold_the_same(home, exported, codebook, name):
    ours = stored(home, name, codebook)
    parquet = pl.read_parquet(exported.folder / f"{name}.parquet")
    plain = [variable for variable, kind in ours.schema.items() if kind != pl.Boolean]
    assert parquet.select(plain).equals(ours.select(plain))
    content = (exported.folder / f"{name}.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    csv = pl.read_csv(exported.folder / f"{name}.csv", schema_overrides=parquet.schema)
    assert csv.equals(parquet)


@pytest.mark.parametrize("name", ALL)
def test_codes_are_those_of_the_codebook(exported, codebook, name):
    frame = pl.read_parquet(exported.folder / f"{name}.parquet")
    coded = codebook.filter((pl.col("dataset") == name) & pl.col("codes").is_not_null())
    assert coded.height
    for variable, codes in coded.select("variable", "codes").iter_rows():
        allowed = {code.partition("=")[0] or code for code in codes.split("; ")}
        assert set(frame[variable].drop_nulls().cast(pl.String)) <= allowed, variable


def test_korean_is_korean_in_csv_and_ascii_in_sas(exported):
    words = dict(pl.read_csv(exported.folder / "ADTTE.csv").select("PARAMCD", "PARAM").unique().iter_rows())
    assert words == {"OS": "Overall survival", "PFS": "무진행생존"}
    sas = pd.read_sas(exported.folder / "ADTTE.xpt", format="xport", encoding="ascii")
    assert sas.groupby("PARAMCD")["PARAM"].unique().str[0]["PFS"] == r"\ubb34\uc9c4\ud589\uc0dd\uc874"


def test_the_readme_says_whose_data_they_are_and_where_they_stay(exported):
    text = (exported.folder / "README.txt").read_text(encoding="utf-8")
    assert text.startswith("SYNTHETIC")
    assert "INDIVIDUAL-LEVEL" in text and "coordinating centre" in text and "Snapshot      s1" in text


def test_data_of_a_hospital_that_is_not_synthetic_are_not_called_so(home, tmp_path, exported):
    from haicplatform.core.resources import shipped_sites_dir
    from haicplatform.demo import ssm

    own = home.sites / ssm.SITE
    own.mkdir()
    try:
        for path in (shipped_sites_dir() / ssm.SITE).iterdir():
            text = path.read_text(encoding="utf-8").replace("synthetic: true", "synthetic: false")
            (own / path.name).write_text(text, encoding="utf-8")
        done = export_study(home, STUDY, tmp_path / "x", ("xpt",))
    finally:
        for path in own.iterdir():
            path.unlink()
        own.rmdir()
    assert "SYNTHETIC" not in (done.folder / "README.txt").read_text(encoding="utf-8")
    assert pyreadstat.read_xport(done.folder / "ADSL.xpt")[1].file_label == DATASETS["ADSL"]


def test_a_new_export_replaces_the_old_one_whole_and_nothing_else(home, tmp_path):
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    mode = tmp_path.stat().st_mode
    export_study(home, STUDY, tmp_path)
    export_study(home, STUDY, tmp_path, ("csv",))
    assert {path.suffix for path in tmp_path.glob("AD*")} == {".csv"}
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "kept"
    assert tmp_path.stat().st_mode == mode, "a folder that was there keeps its mode"


@pytest.mark.parametrize(
    ("study", "formats", "what"),
    [
        ("nobody", FORMATS, "There is no study 'nobody'"),
        (LATER, FORMATS, f"was not run on the data in force.*haic study run {LATER}"),
        (STUDY, ("csv", "sav"), "sav"),
        (STUDY, (), "none"),
    ],
)
def test_what_cannot_be_exported_is_said_with_what_to_do(home, tmp_path, study, formats, what):
    with pytest.raises(UsageError, match=what):
        export_study(home, study, tmp_path, formats)
    assert not list(tmp_path.iterdir())


def test_a_study_file_that_was_changed_must_be_run_again(home, tmp_path):
    path = home.studies / f"{STUDY}.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("screen_p: 0.1", "screen_p: 0.2"), encoding="utf-8")
    try:
        with pytest.raises(UsageError, match=f"changed after the study was run.*haic study run {STUDY}"):
            export_study(home, STUDY, tmp_path)
    finally:
        path.write_text(before, encoding="utf-8")


def test_before_anything_was_harmonised(tmp_path):
    home = Home(tmp_path).create()
    with pytest.raises(UsageError, match="haic harmonise"):
        export_study(home, SOURCE)


def test_a_text_that_sas_cannot_hold_is_refused_with_its_column():
    def one(text: str) -> Dataset:
        return Dataset("ADSL", "x", pl.DataFrame({"PARAM": [text]}), (Variable("PARAM", "Parameter", "paramcd"),))

    with pytest.raises(DataRefused, match=r"column PARAM.*200 bytes") as refused:
        write_xpt(one("가" * 34), None)
    assert "가" not in str(refused.value)


def test_command_line(home, tmp_path):
    base = ["--home", str(home.root), "study", "export"]
    done = CliRunner().invoke(app, [*base, STUDY, "--to", str(tmp_path / "out"), "--format", "csv, XPT", "--json"])
    assert done.exit_code == 0, done.output
    files = {row["file"].rpartition("/")[2] for row in json.loads(done.output)}
    assert files == {"README.txt", "variables.csv"} | {f"{n}.{e}" for n in DATASETS for e in ("csv", "xpt")}
    assert isinstance(CliRunner().invoke(app, [*base, "nobody"]).exception, UsageError)
