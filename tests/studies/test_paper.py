"""The published numbers: the study of the one hospital, from its lesions and dates, gives R's values on all 98."""

from __future__ import annotations

import polars as pl
import pytest
from paper import REFERENCE, place_of, side_by_side

from haicplatform.analysis import DATASETS
from haicplatform.estimation import estimate
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.study import load_study

STUDY = "haic_after_ate_beva_ssm"
ITEMS = pl.read_csv(REFERENCE, infer_schema_length=0)["item"].to_list()


@pytest.fixture(scope="module")
def datasets(published_cohort) -> dict[str, pl.DataFrame]:
    study = load_study(STUDY)
    Derivation(published_cohort).of(study)
    return {name: published_cohort.execute(f"SELECT * FROM study.{name}").pl() for name in DATASETS}


@pytest.fixture(scope="module")
def compared(datasets) -> pl.DataFrame:
    estimates = estimate(load_study(STUDY), *(datasets[name] for name in DATASETS), "test")
    table = side_by_side(estimates)
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


def test_cohort_is_the_published_one(datasets):
    cohort = datasets["cohort"]
    assert cohort.filter("is_included").height == cohort.height == 100
    assert dict(cohort["exposure_group"].value_counts().iter_rows()) == {"FIRST_LINE": 66, "POST_AB": 34}
