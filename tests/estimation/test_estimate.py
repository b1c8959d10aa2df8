"""What estimate does with populations, small groups, gaps and order."""

from __future__ import annotations

import polars as pl
import pytest

from haicplatform.estimation.rows import SCHEMA
from haicplatform.estimation.study_estimates import estimate
from schemas.analysis.estimate import Estimate
from tests.estimation.seoul import datasets, study

SNAPSHOT = "0" * 16


@pytest.fixture(scope="module")
def three() -> pl.DataFrame:
    return estimate(study("haic_after_ate_beva"), **datasets(("AAA", "BBB", "CCC")), snapshot_id=SNAPSHOT)


def test_columns_and_ids(three: pl.DataFrame) -> None:
    assert dict(three.schema) == SCHEMA
    assert three["estimate_id"].n_unique() == three.height
    assert three["estimate_id"].str.len_chars().unique().to_list() == [16]


def test_rows_satisfy_the_schema(three: pl.DataFrame) -> None:
    Estimate.validate(three)


def test_the_order_of_the_input_does_not_matter(three: pl.DataFrame) -> None:
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in datasets(("AAA", "BBB", "CCC")).items()
    }
    assert estimate(study("haic_after_ate_beva"), **shuffled, snapshot_id=SNAPSHOT).equals(three)


def test_hospitals_add_up_to_the_pooled_counts(three: pl.DataFrame) -> None:
    n = three.filter((pl.col("analysis") == "km") & (pl.col("statistic") == "n") & (pl.col("endpoint") == "OS"))
    sites = n.filter(pl.col("population").str.starts_with("site:") & (pl.col("grp") == "POST_AB"))
    assert sites.height == 3 and sites["value"].sum() == 34
    assert three.filter(pl.col("analysis") == "logrank_stratified").height > 0


def test_a_small_hospital_gets_a_status_and_no_curve() -> None:
    data = datasets()
    small = data["adsl"]["usubjid"].to_list()[:6]
    hospital = pl.when(pl.col("usubjid").is_in(small)).then(pl.lit("ZZZ")).otherwise(pl.lit("AAA")).alias("siteid")
    data["adsl"], data["cohort"] = data["adsl"].with_columns(hospital), data["cohort"].with_columns(hospital)
    found = estimate(study("haic_after_ate_beva"), **data, snapshot_id=SNAPSHOT).filter(
        (pl.col("population") == "site:ZZZ") & (pl.col("endpoint") == "OS")
    )
    test = found.filter((pl.col("analysis") == "logrank") & (pl.col("statistic") == "p"))
    assert test["value"].item() is None and test["status"].item() == "few_patients: 5"
    model = found.filter((pl.col("analysis") == "cox_multivariable") & (pl.col("statistic") == "hr"))
    assert model["status"].item() == "few_patients: 5"


def test_a_covariate_with_a_gap_is_left_out_and_listed() -> None:
    data = datasets()
    gap = pl.when(pl.col("usubjid") == "P001").then(None).otherwise(pl.col("ecog")).alias("ecog")
    data["adsl"] = data["adsl"].with_columns(gap)
    found = estimate(study("haic_after_ate_beva_ssm"), **data, snapshot_id=SNAPSHOT)
    listed = found.filter(
        (pl.col("analysis") == "cox_multivariable") & (pl.col("endpoint") == "OS") & (pl.col("term") == "ecog")
    )
    assert (listed["value"].item(), listed["note"].item()) == (0.0, "1 patient without a value")
    single = found.filter((pl.col("analysis") == "cox_univariable") & (pl.col("term") == "ecog=0"))
    assert single.filter((pl.col("statistic") == "n") & (pl.col("endpoint") == "OS"))["value"].item() in (85, 86)


def test_only_included_persons_count() -> None:
    data = datasets()
    out = pl.col("usubjid").is_in(["P001", "P002"])
    data["cohort"] = data["cohort"].with_columns(
        is_included=~out, exclusion_reason=pl.when(out).then(pl.lit("CONCURRENT"))
    )
    found = estimate(study("haic_after_ate_beva_ssm"), **data, snapshot_id=SNAPSHOT)
    flow = found.filter((pl.col("analysis") == "flow") & (pl.col("population") == "pooled"))
    counts = {(row["term"], row["grp"]): row["value"] for row in flow.iter_rows(named=True)}
    assert (counts["assessed", ""], counts["excluded=CONCURRENT", ""], counts["included", "all"]) == (100, 2, 98)
    n = found.filter((pl.col("analysis") == "km") & (pl.col("statistic") == "n") & (pl.col("grp") == "all"))
    assert n["value"].to_list() == [98, 98]


def test_quality_counts_deliveries_and_findings() -> None:
    deliveries = pl.DataFrame({"site_id": ["AAA", "AAA", "BBB"], "status": ["accepted", "refused", "accepted"]})
    findings = pl.DataFrame(
        {"site_id": ["AAA"] * 3, "severity": ["error", "error", "info"], "rule_id": ["a", "b", "c"]}
    )
    found = estimate(
        study("haic_after_ate_beva_ssm"), **datasets(), snapshot_id=SNAPSHOT, deliveries=deliveries, findings=findings
    ).filter(pl.col("analysis") == "quality")
    counts = {(r["population"], r["statistic"], r["term"]): r["value"] for r in found.iter_rows(named=True)}
    assert counts["site:AAA", "deliveries", "refused"] == 1
    assert counts["pooled", "findings", "error"] == 2
    assert counts["site:AAA", "findings_by_rule", "error=b"] == 1


def test_a_person_twice_is_refused() -> None:
    data = datasets()
    data["adtte"] = pl.concat([data["adtte"], data["adtte"].head(1)])
    with pytest.raises(ValueError, match="more than once"):
        estimate(study("haic_after_ate_beva_ssm"), **data, snapshot_id=SNAPSHOT)
