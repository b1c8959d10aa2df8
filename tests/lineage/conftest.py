"""A home of two SYNTHETIC hospitals with one study that asks for every analysis; its report is not written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haicplatform.core.settings import Home
from haicplatform.demo.generate import site_files
from haicplatform.pipeline import run_study as analysis
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.pipeline.run_study import run_study
from haicplatform.studies.loading import list_studies
from haicplatform.warehouse import warehouse

# the helpers of tests/definitions can be imported by name here too
sys.path.insert(0, str(Path(__file__).parents[1] / "definitions"))

STUDY, SITES = "small", ("ICN", "SSM")
ANALYSES = """
strata: [site]
analyses:
  subgroups: [sex]
  leave_one_out: true
  interaction_site: true
  rmst_months: [12]
  competing: {TTP: [death]}
  propensity:
    - {method: matching, covariates: [age, ecog], ratio: 1, caliper_sd: 0.2}
    - {method: weighting, covariates: [age, ecog], estimand: ATE}
  complete_case: true
  multiple_imputation: {n: 2, seed: 1}
  adverse_events: true
  dose_intensity: true
  post_progression: true
  reader_agreement: true
  tumour_change: true
sensitivity:
  - {name: reader_2, label: Second reader, label_ko: 제2 판독자, reader: R2}
"""
TTP = (
    "  TTP: {label: Time to progression, label_ko: 진행까지의 시간, start: index, events: [progression], "
    "censor: [last_contact]}\n"
)


@pytest.fixture(scope="session")
def traced_home(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("traced") / "home").create()
    text = list_studies()["haic_after_ate_beva_ssm"].read_text(encoding="utf-8").partition("analyses:")[0]
    text = text.replace("sites: [SSM]", f"sites: [{', '.join(SITES)}]").replace("endpoints:\n", f"endpoints:\n{TTP}")
    (home.studies / f"{STUDY}.yaml").write_text(text + ANALYSES, encoding="utf-8")
    for site in SITES:
        for name, content in site_files(site)[0].items():
            path = home.inbox / site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        ingest_site(home, site)
    harmonise(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis, "_report", lambda *_: home.reports)
        run_study(home, STUDY)
    return home


@pytest.fixture(scope="session")
def estimate(traced_home):
    """The one row of analysis.estimate that has these parts of the key; main and pooled unless they say otherwise."""

    def find(**key) -> dict:
        key = {"variant": "main", "population": "pooled"} | key
        where = " AND ".join(f'"{name}" = ?' for name in key)
        with warehouse.published(traced_home) as con:
            rows = con.execute(f"SELECT * FROM analysis.estimate WHERE {where}", list(key.values())).pl().to_dicts()
        assert len(rows) == 1, (key, len(rows))
        return rows[0]

    return find
