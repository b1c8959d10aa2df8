"""run_study: what it stores beside other studies', what it says when it cannot run, the report's place."""

from __future__ import annotations

import pytest
from contract_warehouse import harmonised

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.pipeline import run_study as analysis
from haicplatform.pipeline.run_study import context_of, run_study
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.loading import list_studies, load_study
from haicplatform.warehouse import warehouse

POOLED, PAPER, EARLY = "haic_after_ate_beva", "haic_after_ate_beva_ssm", "early"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A home whose warehouse holds the published cohort's hospital. SYNTHETIC."""
    from haicplatform.demo import ssm

    home = Home(tmp_path_factory.mktemp("home")).create()
    with warehouse.writable(home, fresh=True) as con:
        harmonised({ssm.SITE: ssm.tables()}, con)
        con.execute(
            "CREATE TABLE quality.snapshot_member AS SELECT 's1' AS snapshot_id, 'SSM' AS site_id, 'd1' AS delivery_id"
        )
    text = list_studies()[PAPER].read_text(encoding="utf-8").partition("sensitivity:")[0]
    early = text.replace("cutoff: 2024-07-31", "cutoff: 2023-07-31")
    (home.studies / f"{EARLY}.yaml").write_text(early, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def results(home):
    return {study_id: run_study(home, study_id) for study_id in (EARLY, PAPER, EARLY)}


def _count(home: Home, relation: str) -> dict[str, int]:
    with warehouse.published(home) as con:
        return dict(con.execute(f"SELECT study_id, count(*) FROM analysis.{relation} GROUP BY study_id").fetchall())


def test_studies_stand_side_by_side_and_a_rerun_replaces_its_own(home, results):
    assert _count(home, "cohort") == {EARLY: 100, PAPER: 100}
    assert _count(home, "adsl") == {name: result.counts["included"] for name, result in results.items()}
    assert _count(home, "adsl")[EARLY] < _count(home, "adsl")[PAPER] == 100
    assert _count(home, "adtte")[PAPER] == 200
    assert _count(home, "study") == {EARLY: 1, PAPER: 1}
    assert _count(home, "estimate") == {name: result.counts["estimates"] for name, result in results.items()}


def test_where_a_relation_has_other_columns_no_half_of_another_study_stays():
    """As after an upgrade: a story told from half of a study would say that there was no progression."""
    with warehouse.connect() as con:
        con.execute("CREATE SCHEMA analysis; CREATE SCHEMA study")
        for name in ("reading", "cohort"):
            con.execute(f"CREATE TABLE analysis.{name} AS FROM (VALUES ('a', 1), ('b', 1)) AS t (study_id, n)")
        con.execute("CREATE TABLE study.reading AS SELECT 'a' AS study_id, 1 AS n, true AS has_baseline")
        analysis._store(con, "reading", "a")
        assert con.execute("SELECT study_id, has_baseline FROM analysis.reading").fetchall() == [("a", True)]
        assert con.execute("SELECT study_id FROM analysis.cohort").fetchall() == [("a",)]


def test_every_relation_of_the_analysis_is_kept_and_the_run_leaves_nothing_else(home, results):
    with warehouse.published(home) as con:
        kept = {name for name in warehouse.relations(con) if name.startswith(("analysis.", "study."))}
    for name in ("index_event", "reader_choice", "assessment", "best_response", "endpoint_source", "adrs"):
        assert f"analysis.{name}" in kept
    assert not any(name.startswith("study.") for name in kept)


def test_every_time_is_followed_back_to_a_row(home, results):
    with warehouse.published(home) as con:
        rows = " UNION ALL ".join(
            f"SELECT row_id FROM validated.{table}"
            for table in ("followup_event", "lesion_measurement", "treatment_course", "imaging_visit", "lab")
        )
        lost = con.execute(
            f"SELECT count(*) FROM analysis.adtte WHERE srcdom <> 'administration' AND srcrow NOT IN ({rows})"
        ).fetchone()[0]
    assert lost == 0


def test_counts_and_report(home, results):
    result = results[PAPER]
    assert result.counts["included"] == 100
    assert (result.counts["POST_AB"], result.counts["FIRST_LINE"]) == (34, 66)
    assert result.report_path == home.reports / PAPER / "s1" / "report.html"
    page = result.report_path.read_text(encoding="utf-8")
    assert "<html" in page and result.study_id in page
    assert not list((home.reports / PAPER).glob("*.building"))


def test_a_broken_site_file_costs_the_report_only_the_name(home, results):
    import polars as pl

    study = load_study(PAPER, home)
    estimates = pl.DataFrame({"population": ["pooled", "site:SSM"]})
    assert context_of(home, study, "s1", estimates).site("SSM") == "Seoul St. Mary's Hospital"
    (home.sites / "SSM").mkdir()
    file = home.sites / "SSM" / "site.yaml"
    try:
        file.write_text("hospital: {name_en: Broken}\nsynthetic: true\nscheduled: at night\n", encoding="utf-8")
        context = context_of(home, study, "s1", estimates)
    finally:
        file.unlink()
    assert (context.site("SSM"), context.is_synthetic) == ("SSM", True)


def test_a_study_with_an_empty_group_and_one_patient_in_the_other_gives_its_report(home, results):
    """Every number that cannot be is a status; nothing stops the report."""
    import polars as pl

    text = list_studies()[PAPER].read_text(encoding="utf-8").partition("sensitivity:")[0]
    text = text.replace("prior_systemic: [ATE_BEVA]", "prior_systemic: [NIVO_IPI]", 1)
    text = text.replace("cutoff: 2024-07-31", "cutoff: 2022-03-20")
    (home.studies / "nobody.yaml").write_text(text, encoding="utf-8")
    try:
        result = run_study(home, "nobody")
    finally:
        (home.studies / "nobody.yaml").unlink()
    assert result.counts["POST_AB"] == 0 and result.counts["FIRST_LINE"] < 5
    assert result.report_path.stat().st_size > 50_000
    with warehouse.published(home) as con:
        found = con.execute("SELECT * FROM analysis.estimate WHERE study_id = 'nobody'").pl()
    hr = found.filter((pl.col("statistic") == "hr") & (pl.col("analysis") == "cox_univariable"))
    assert hr["status"].to_list() == ["no_patients", "no_patients"] and hr["value"].null_count() == 2


def test_without_a_warehouse(tmp_path):
    with pytest.raises(UsageError, match="nothing to analyse"):
        run_study(Home(tmp_path).create(), PAPER)


def test_a_warehouse_of_an_earlier_version_is_refused_with_what_to_do(tmp_path):
    home = Home(tmp_path).create()
    with warehouse.writable(home, fresh=True) as con:
        con.execute("CREATE SCHEMA quality; CREATE TABLE quality.snapshot_member AS SELECT 's1' AS snapshot_id")
        con.execute("CREATE SCHEMA harmonised; CREATE TABLE harmonised.administration AS SELECT 'a' AS usubjid")
    with pytest.raises(UsageError, match=r"no column .* in harmonised\.administration\..*run `haic harmonise`"):
        run_study(home, PAPER)


def test_another_snapshot_is_refused_and_changes_nothing(home, results):
    before = home.warehouse.read_bytes()
    with pytest.raises(UsageError, match="no snapshot 's2'"):
        run_study(home, PAPER, snapshot="s2")
    assert home.warehouse.read_bytes() == before


def test_a_variant_derived_after_another_equals_one_derived_alone(published_cohort):
    """Only what a variant changes is made again; nothing of the one before may stay behind."""
    variants = load_study(POOLED).variants()
    together = Derivation(published_cohort)
    names = ("lencioni2010", "pfs_nact", "main", "ab_failure_by_reason", "reader_2", "deaths_latest", "main")
    found = {}
    for name in names:
        made = together.of(variants[name])
        found[name] = {one: published_cohort.execute(f"SELECT * FROM study.{one} ORDER BY ALL").pl() for one in made}
    for name in set(names):
        made = Derivation(published_cohort).of(variants[name])
        for one in made:
            alone = published_cohort.execute(f"SELECT * FROM study.{one} ORDER BY ALL").pl()
            assert alone.equals(found[name][one]), f"{one} of {name}"
