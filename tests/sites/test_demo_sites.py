"""The eight SYNTHETIC hospitals: their site files understand their files, and their files say the truth.

Belongs here: files, mapping and answer key of the demonstration. Does not belong here: findings across tables and
hospitals (the demonstration itself is run in tests/flows).
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from haicplatform.demo import others, ssm
from haicplatform.demo.defects.planting import KEY, catalogue, name_in_delivery
from haicplatform.demo.dialects.page import write
from haicplatform.demo.generate import DIALECTS, site_files, tables
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.staging.columns import require_supplied
from haicplatform.ingest.staging.parsing.stage import stage
from haicplatform.ingest.validation.rows import validate
from haicplatform.sites.loading import load_site
from haicplatform.sites.plan import plan_delivery, plan_file
from schemas.contract import TABLES
from schemas.rules import RULES

INCREMENTAL = "DJN"
# texts that hospitals write in their own words, numbers in their own units, and courses that wide scans do not name
NOT_SAID = {
    "lesion_measurement": {"course_no"},
    "lab": {"value_raw", "unit"},
    "baseline_status": {"ecog_raw"},
    "followup_event": {"cause"},
}


@cache
def clean_files(site: str) -> dict[str, bytes]:
    return write(DIALECTS[site].pages(tables(site)))


def sheets_of(site: str, files: dict[str, bytes], folder: Path) -> list:
    """The sheets that the site file reads of these files."""
    model = load_site(site)
    found = []
    for name, data in files.items():
        short = name_in_delivery(name)
        path = folder / hashlib.sha256(name.encode()).hexdigest()
        path.write_bytes(data)
        if (planned := plan_file(model, short)).tables:
            read = read_file(path, short, planned.layouts)
            found += filter(plan_delivery(model, read).feeds_of, read)
    return found


def deliveries(site: str, files: dict[str, bytes]) -> list[dict[str, bytes]]:
    """The files of each delivery: a folder is one."""
    folders = sorted({name.rpartition("/")[0] for name in files})
    return [{n: d for n, d in files.items() if n.rpartition("/")[0] == folder} for folder in folders]


def staged(site: str, files: dict[str, bytes], folder: Path) -> dict:
    sheets = sheets_of(site, files, folder)
    plan = plan_delivery(load_site(site), sheets)
    require_supplied(plan)
    return stage(plan, "d", sheets, files=sorted({sheet.file for sheet in sheets}))


def test_same_bytes_every_time() -> None:
    for site in ("YSM", "ICN", "EPM"):
        first, key = site_files(site)
        again, key_again = site_files(site)
        assert first == again
        assert key.equals(key_again)


@pytest.mark.parametrize("site", DIALECTS)
def test_clean_files_are_taken_without_an_error_and_say_the_truth(site: str, tmp_path: Path) -> None:
    truth = tables(site)
    for files in deliveries(site, clean_files(site)):
        for name, made in staged(site, files, tmp_path).items():
            result = validate(TABLES[name], made, extracted_at=date(2024, 8, 15), extract=load_site(site).extract)
            errors = result.findings.filter(pl.col("severity") == "error")
            assert errors.is_empty(), (name, errors["rule_id"].to_list()[:3])
            if site != INCREMENTAL:
                same_rows(site, name, result.frame, truth[name])


def same_rows(site: str, name: str, found: pl.DataFrame, truth: pl.DataFrame) -> None:
    """Every row of the truth that the files can say is there, with its values."""
    key = [column for column in TABLES[name].key if column not in NOT_SAID.get(name, ())]
    if "reader_id" in truth.columns and found.filter(pl.col("reader_id") == "ADJ").is_empty():
        truth = truth.filter(pl.col("reader_id") != "ADJ")
    assert len(found) == len(truth), name
    both = found.join(truth, on=key, suffix="_truth")
    assert len(both) == len(truth), name
    said = [c.name for c in TABLES[name].columns if c.name not in key and c.name not in NOT_SAID.get(name, ())]
    for column in said:
        if (site, column) == ("SVH", "value_num"):
            continue  # printed with the digits of another unit: see the test below
        if found[column].null_count() < len(found):
            wrong = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_truth")) & pl.col(column).is_not_null())
            assert wrong.is_empty(), (name, column, wrong.select(column, f"{column}_truth").head(3).rows())


def test_laboratory_values_come_back_from_other_units(tmp_path: Path) -> None:
    """umol/L, g/L, IU/mL, /uL and AU/mL: within the rounding of the printed digits."""
    made = staged("SVH", clean_files("SVH"), tmp_path)["lab"].frame
    key = ["patient_id", "collect_datetime", "test_code"]
    both = made.join(tables("SVH")["lab"], on=key, suffix="_truth").with_columns(
        pl.col("value_num", "value_num_truth").cast(pl.Float64)
    )
    off = (pl.col("value_num") - pl.col("value_num_truth")).abs() / pl.col("value_num_truth")
    assert len(both) == len(tables("SVH")["lab"])
    assert both.filter(off > 0.01).is_empty()
    assert both["value_op"].equals(both["value_op_truth"].alias("value_op"))


@pytest.mark.parametrize("site", DIALECTS)
def test_answer_key_points_at_real_cells(site: str, tmp_path: Path) -> None:
    files, key = site_files(site)
    assert dict(key.schema) == KEY
    assert len(key) >= len(catalogue()[site]) >= 6
    assert set(key["rule_id"]) <= set(RULES)
    for row in key.filter(pl.col("row").is_not_null() & pl.col("column").is_not_null()).rows(named=True):
        name = next(name for name in files if name_in_delivery(name) == row["file"])
        sheets = sheets_of(site, {name: files[name]}, tmp_path)
        sheet = next(each for each in sheets if each.sheet == row["sheet"])
        assert row["column"] in sheet.header
        assert sheet.rows.filter(pl.col("source_row") == row["row"]).height == 1


def test_an_answer_among_several_of_one_row_is_found_at_its_own(tmp_path: Path) -> None:
    """A status is pivoted from eight rows of the file; the answer key has the row of the bad answer."""
    files, key = site_files("UJB")
    name = next(name for name in files if name.startswith("qs_"))
    sheets = sheets_of("UJB", {name: files[name]}, tmp_path)
    made = stage(plan_delivery(load_site("UJB"), sheets), "d", sheets, tables=["baseline_status"])["baseline_status"]
    found = validate(TABLES["baseline_status"], made, extracted_at=date(2024, 8, 15)).findings
    [planted] = key.filter(pl.col("file") == name)["row"]
    assert planted not in made.frame["source_row"]  # not the first of its group
    assert found.filter(pl.col("rule_id") == "baseline_status.weight_kg.type")["source_row"].to_list() == [planted]


def test_the_cohorts_hospital_keeps_what_is_derived_from_it() -> None:
    """Its defects sit in results no definition of the study reads, in rows added at the end, and in notes."""
    planted = catalogue()[ssm.SITE]
    for each in planted:
        is_harmless_lab = each.page == "검사결과" and each.where["검사명"] in ("백혈구", "나트륨", "혈소판", "PIVKA-II")
        assert each.add or is_harmless_lab or each.page == "이상반응"


def test_ten_persons_are_at_two_hospitals_and_none_at_the_cohorts() -> None:
    keys = pl.concat(stories.select("link_key") for stories in others.stories().values())["link_key"]
    assert keys.len() - keys.n_unique() == len(others.SHARED) == 10
    assert not set(keys) & set(ssm.stories()["link_key"])


def test_the_cohorts_groups_are_written_out() -> None:
    regimens = ssm.tables()["treatment_course"]["regimen"]
    assert regimens.filter(regimens == "HAIC_FP").len() == 100
    assert regimens.filter(regimens == "ATE_BEVA").len() == 34
