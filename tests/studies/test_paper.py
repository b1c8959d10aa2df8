"""The published numbers: the study of the one hospital, from its files, gives R's values on all 98."""

from __future__ import annotations

import polars as pl
import pytest
from paper import REFERENCE, place_of, side_by_side

from haicplatform.core.settings import Home
from haicplatform.demo.generate import site_files
from haicplatform.demo.ssm import SITE
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.pipeline.run_study import run_study
from haicplatform.warehouse import warehouse

STUDY = "haic_after_ate_beva_ssm"
ITEMS = pl.read_csv(REFERENCE, infer_schema_length=0)["item"].to_list()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """The hospital's files, as the demonstration writes them with planted defects, ingested and harmonised."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    for name, content in site_files(SITE)[0].items():
        path = home.inbox / SITE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    ingest_site(home, SITE)
    harmonise(home)
    run_study(home, STUDY)
    return home


def _ask(home: Home, relation: str) -> pl.DataFrame:
    with warehouse.published(home) as con:
        return con.execute(f"SELECT * FROM analysis.{relation} WHERE study_id = ?", [STUDY]).pl()


@pytest.fixture(scope="module")
def compared(home) -> pl.DataFrame:
    table = side_by_side(_ask(home, "estimate"))
    with pl.Config(tbl_rows=-1, fmt_str_lengths=40, tbl_hide_dataframe_shape=True, tbl_width_chars=140):
        print(table)
    return table


def test_there_are_98_numbers():
    assert len(ITEMS) == len({place_of(item) for item in ITEMS}) == 98


@pytest.mark.parametrize("item", ITEMS)
def test_number_is_r_s(compared, item):
    row = compared.row(by_predicate=pl.col("item") == item, named=True)
    assert row["agrees"], f"printed {row['printed']}, R {row['r_value']}, ours {row['ours']}"


def test_what_prints_as_the_paper(compared):
    """76 of the 98 print as the paper has them, as the reference says."""
    printed = compared.filter("expected")
    assert printed.height == 76
    assert printed.filter(~pl.col("as_printed"))["item"].to_list() == []


def test_cohort_is_the_published_one(home):
    cohort = _ask(home, "cohort")
    assert cohort.filter("is_included").height == cohort.height == 100
    assert dict(cohort["exposure_group"].value_counts().iter_rows()) == {"FIRST_LINE": 66, "POST_AB": 34}


def test_each_person_is_the_one_of_the_cohort_file(home):
    """Not only the sums: group, times, events and response of all 100 rows of the file, as a multiset."""
    tte = _ask(home, "adtte").pivot("paramcd", index="usubjid", values=["aval_days", "cnsr"])
    best = _ask(home, "adrs").filter(paramcd="BOR").select("usubjid", response=pl.col("avalc").replace("MISSING", "NE"))
    ours = _ask(home, "adsl").join(tte, on="usubjid").join(best, on="usubjid")
    cohort = pl.read_csv(REFERENCE.with_name("seoul_cohort.csv"), infer_schema_length=None)
    days = lambda name: (pl.col(name) * 30.4375).round().cast(pl.Int64)  # noqa: E731
    truth = cohort.select(
        pl.col("group").replace({"first_line": "FIRST_LINE", "post_ate_beva": "POST_AB"}),
        days("os_months"), (1 - pl.col("death")).alias("os_cnsr"),
        days("pfs_months"), (1 - pl.col("pfs_event")).alias("pfs_cnsr"), "best_response",
        "age", "sex", "etiology", "ecog", "child_pugh_score", "bclc", "n_nodules",
    )  # fmt: skip
    found = ours.select(
        "exposure_group", "aval_days_OS", "cnsr_OS", "aval_days_PFS", "cnsr_PFS", "response",
        "age", "sex", "etiology", "ecog", "child_pugh_score", "bclc", "tumour_number",
    )  # fmt: skip
    assert sorted(found.rows()) == sorted(truth.rows())
