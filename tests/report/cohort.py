"""Estimates of a small study to report on. SYNTHETIC, no real patients.

Belongs here: making them once for the tests of this folder. No expectations.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from haicplatform.estimation.study_estimates import estimate
from haicplatform.report.document.context import Context
from haicplatform.report.document.model import Document
from haicplatform.report.sections.compose import compose
from tests.estimation.seoul import datasets, study

SNAPSHOT = "0123456789abcdef"
NAMES = {"AAA": "가나병원", "BBB": "Hospital B", "CCC": "Hospital C"}
NAMES_KO = {"BBB": "나병원", "CCC": "다병원"}
CONTEXT = Context(SNAPSHOT, True, NAMES, {"haicplatform": "0.1.0"}, NAMES_KO)
STUDY = study("haic_after_ate_beva")
# of how many patients of a hospital a sensitivity analysis changes what
CHANGED = pl.DataFrame(
    [("AAA", "response", 6), ("BBB", "response", 2), ("AAA", "stage", 0), ("BBB", "stage", 0), ("AAA", "PFS", 5)],
    schema=["site_id", "what", "changed"],
    orient="row",
)


@cache
def estimates() -> pl.DataFrame:
    """Three hospitals, the third with three patients of one group; one sensitivity analysis."""
    data = datasets(("AAA", "BBB"))
    few = pl.col("usubjid").is_in(["P001", "P002", "P003"])
    for name in ("adsl", "cohort"):
        hospital = pl.when(few).then(pl.lit("CCC")).otherwise(pl.col("siteid")).alias("siteid")
        data[name] = data[name].with_columns(hospital)
    out = pl.col("usubjid") == "P050"
    reason = pl.when(out).then(pl.lit("CONCURRENT")).alias("exclusion_reason")
    data["cohort"] = data["cohort"].with_columns(reason, is_included=~out)
    deliveries = pl.DataFrame({"site_id": ["AAA", "BBB"], "status": ["accepted", "refused"]})
    findings = pl.DataFrame({"site_id": ["AAA"], "severity": ["error"], "rule_id": ["lab.key.duplicate"]})
    main = estimate(STUDY, **data, snapshot_id=SNAPSHOT, deliveries=deliveries, findings=findings)
    other = STUDY.variants()["reader_2"]
    more = {"snapshot_id": SNAPSHOT, "variant": "reader_2", "changed": CHANGED}
    return pl.concat([main, estimate(other, **data, **more)])


@cache
def document(language: str) -> Document:
    """The report of those estimates, composed once a language."""
    return compose(STUDY, estimates(), CONTEXT, language)
