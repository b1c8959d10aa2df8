"""A hospital that nobody here wrote (tests/data/X01, SYNTHETIC), through a folder under sites/ and two study files
of the home alone: every person of its key gets the group, stage, responses, OS and PFS that the key expects."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from haicplatform.core.settings import Home
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.loading import list_studies, load_study
from haicplatform.warehouse import warehouse

HERE = Path(__file__).parents[1]
KEY = HERE / "data" / "X01" / "key" / "expected_patients.csv"
# The key's own choices (its README): definition, reader, cut-off, minimum duration of stable disease.
AS_KEY = {
    "definition: seed2024": "definition: lencioni2010",
    "reader: adjudicator_else_R1": "reader: R1",
    "cutoff: 2024-07-31": "cutoff: 2024-06-30",
    "sd_min_days: 0": "sd_min_days: 42",
}
# Everybody with HAIC, whatever came before: the key gives times also for persons whom the study leaves out.
EVERYBODY = """groups:
  HAIC: {label: HAIC, index_regimen: [HAIC_FP]}
reference_group: HAIC
exclude:
  - {reason: T0_AFTER_CUTOFF, when: {index_after_cutoff: true}}
  - {reason: DEATH_DATE_UNRESOLVED, when: {death_unresolved: true}}
"""


def _write_studies(home: Home) -> None:
    text = list_studies()["haic_after_ate_beva"].read_text(encoding="utf-8").partition("sensitivity:")[0]
    text = re.sub(r"^analyses:\n(?:  .*\n)+", "", text, flags=re.MULTILINE)  # comparisons of groups are not asked here
    for old, new in AS_KEY.items():
        assert old in text
        text = text.replace(old, new)
    (home.studies / "as_key.yaml").write_text(text, encoding="utf-8")
    before, _, rest = text.partition("groups:")
    after = rest[rest.index("unresolved_deaths:") :]
    (home.studies / "everybody.yaml").write_text(before + EVERYBODY + after, encoding="utf-8")


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, pl.DataFrame]:
    """cohort and stages by the key's study, adsl, adrs and adtte of everybody; patient_id beside."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    shutil.copytree(HERE / "sites" / "X01", home.sites / "X01")
    shutil.copytree(HERE / "data" / "X01" / "inbox", home.inbox / "X01")
    ingest_site(home, "X01")
    harmonise(home)
    _write_studies(home)
    with warehouse.writable(home) as con:
        derivation = Derivation(con)
        derivation.of(load_study("as_key", home))
        cohort = _ask(con, "cohort")
        derivation.of(load_study("everybody", home))
        return {"cohort": cohort} | {name: _ask(con, name) for name in ("adsl", "adrs", "adtte", "endpoint_source")}


def _ask(con, name: str) -> pl.DataFrame:
    """A relation with the hospital's own study numbers as patient_id."""
    return con.execute(f"SELECT * FROM study.{name}").pl().with_columns(patient_id=pl.col("usubjid").str.slice(4))


def _expected() -> pl.DataFrame:
    return pl.read_csv(KEY, infer_schema_length=0)


def _same(expected: pl.DataFrame, ours: pl.DataFrame, names: list[str]) -> None:
    """The columns of `names` agree for every person of `expected`; an empty cell is a missing value."""
    text = ours.select("patient_id", *(pl.col(name).cast(pl.String) for name in names))
    both = expected.select("patient_id", *names).join(text, on="patient_id", how="left", suffix="_ours")
    wrong = {}
    for name in names:
        rows = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_ours")))
        if len(rows):
            wrong[name] = rows.select("patient_id", name, f"{name}_ours").rows()
    assert wrong == {}


def test_groups_and_exclusions(found):
    reason = pl.when(pl.col("exclusion_reason") != "DEATH_DATE_UNRESOLVED").then(
        pl.concat_str(pl.lit("EXCLUDE:"), "exclusion_reason")
    )
    ours = found["cohort"].with_columns(group=pl.coalesce(reason, "exposure_group"), t0=pl.col("index_date"))
    _same(_expected(), ours, ["group", "t0"])


def test_who_leaves_for_a_death_that_cannot_be_resolved(found):
    rejected = _expected().filter(os_days="REJECT")["patient_id"].to_list()
    assert found["cohort"].filter(exclusion_reason="DEATH_DATE_UNRESOLVED")["patient_id"].to_list() == rejected


def _followed() -> pl.DataFrame:
    """Persons with a time: HAIC up to the cut-off and no death that cannot be resolved."""
    key = _expected()
    return key.filter(pl.col("os_days").is_not_null(), pl.col("os_days") != "REJECT")


def test_stages(found):
    ours = found["adsl"].rename({"child_pugh_score": "cp_score", "child_pugh_class": "cp_class"}).drop("bclc")
    ours = ours.rename({"bclc_derived": "bclc"})
    _same(_followed(), ours, ["cp_score", "cp_class", "bclc", "bclc_recorded", "albi_grade", "afp_op"])
    afp = (
        _followed()
        .join(found["adsl"], on="patient_id")
        .select((pl.col("afp_ng_ml").cast(pl.Float64) - pl.col("afp_ng_ml_right").cast(pl.Float64)).abs().max())
    )
    assert afp.item() < 1e-6


def test_best_responses(found):
    best = (
        found["adrs"]
        .filter(pl.col("paramcd").is_in(["BOR", "CBOR"]))
        .with_columns(pl.col("paramcd").str.to_lowercase())
    )
    _same(_followed(), best.pivot("paramcd", index="patient_id", values="avalc"), ["bor", "cbor"])


def test_progression(found):
    first = (
        found["endpoint_source"].filter(source="progression").group_by("patient_id").agg(pd_date=pl.col("adt").min())
    )
    _same(_followed(), first, ["pd_date"])


@pytest.mark.parametrize("endpoint", ["os", "pfs"])
def test_times(found, endpoint):
    ours = (
        found["adtte"]
        .filter(paramcd=endpoint.upper())
        .rename({"aval_days": f"{endpoint}_days", "cnsr": f"{endpoint}_cnsr", "adt": f"{endpoint}_date"})
    )
    _same(_followed(), ours, [f"{endpoint}_days", f"{endpoint}_cnsr", f"{endpoint}_date"])
