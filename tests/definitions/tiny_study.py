"""A study as small as can be, over the harness's rows: what the tests of sql/analysis share.

Belongs here: a Study for the worked cases and running sql/analysis over harmonised rows. Does not belong here: any
clinical rule, or an expectation.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from harness import Rows, harmonise

from haicplatform.pipeline import run_study
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.study import Study

# As clinical-definitions section 7; the worked cases' own cut-off, window and precedence.
WINDOW = {"after_start": True, "until_days_after_last_dose": 42}
TINY: dict[str, Any] = {
    "study_id": "tiny",
    "title": "Worked cases",
    "cutoff": "2024-06-30",
    "sites": "all",
    "definition": "recorded",
    "reader": "adjudicator_else_R1",
    "index": {"event": "course_start", "regimen": "HAIC_FP", "which": "first"},
    "groups": {
        "POST_AB": {"label": "post", "prior_systemic": ["ATE_BEVA"], "progression_on_prior": WINDOW, "overlap": "none"},
        "FIRST_LINE": {"label": "first", "prior_systemic": []},
    },
    "reference_group": "FIRST_LINE",
    "exclude": [
        {"reason": "NO_HAIC", "when": {"no_index": True}},
        {"reason": "T0_AFTER_CUTOFF", "when": {"index_after_cutoff": True}},
        {"reason": "CONCURRENT", "when": {"overlap": ["ATE_BEVA"]}},
        {"reason": "OTHER_SYSTEMIC", "when": {"prior_systemic_other_than": ["ATE_BEVA"]}},
        {"reason": "AB_STOP_NOT_PD", "when": {"prior_systemic": ["ATE_BEVA"], "no_progression_on_prior": WINDOW}},
        {"reason": "DEATH_DATE_UNRESOLVED", "when": {"death_unresolved": True}},
    ],
    "endpoints": {
        "OS": {"label": "OS", "start": "index", "events": ["death"], "censor": ["last_contact"]},
        "PFS": {
            "label": "PFS",
            "start": "index",
            "events": ["progression", "death"],
            "censor": ["last_adequate_assessment"],
        },
    },
    "response": {"best": ["unconfirmed", "confirmed"]},
    "bclc": "recorded",
    "windows": {"labs_days": 28, "baseline_days": 42},
    "table1": ["age"],
    "covariates": {},
    "rates_at_months": [12],
    "alpha": 0.05,
    "screen_p": 0.1,
    "release": {"min_count": 5},
}


def tiny(**changes: Any) -> Study:
    """The tiny study with some of its entries replaced."""
    return Study.model_validate(TINY | changes)


def run(con, study: Study) -> dict[str, pl.DataFrame]:
    """Every relation of sql/analysis, by name, of one study over harmonised relations."""
    made = Derivation(con).of(study)
    return {name: con.execute(f"SELECT * FROM study.{name}").pl() for name in made}


def store(con, study: Study) -> None:
    """The study's results in analysis.*, in place of any there, as `haic study run` stores them."""
    con.execute("DROP SCHEMA IF EXISTS analysis CASCADE; CREATE SCHEMA analysis")
    for name in run(con, study):
        con.execute(f"CREATE TABLE analysis.{name} AS FROM study.{name}")
    run_study.store_study(con, study, "snapshot")


def run_rows(rows: Rows, study: Study | None = None) -> dict[str, pl.DataFrame]:
    """The same from rows of the contract's tables."""
    return run(harmonise(rows), study or tiny())
