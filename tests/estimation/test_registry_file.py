"""The registry declares every estimate that is made, and refuses what contradicts itself with its line."""

from __future__ import annotations

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.estimation.registry import FILE, disclosure_of, load, registry, row_of
from haicplatform.estimation.rows import Rows
from tests.estimation.declared import undeclared
from tests.report.cohort import estimates


def test_it_declares_every_estimate_of_the_cohort():
    assert undeclared(estimates()) == []


def test_an_estimate_that_it_does_not_declare_is_named_with_the_file():
    rows = Rows("study", "snapshot")
    rows.for_(analysis="km", grp="all").add("quartile", 3.0, unit="months")
    rows.for_(analysis="cox_landmark").add("hr", 0.5, term="group=A")
    rows.for_(analysis="km", grp="all").add("median", 300.0, unit="days")
    assert undeclared(rows.frame()) == [
        "add `quartile` of `km` (unit months) to estimation/registry.yaml, for the term ''",
        "add `hr` of `cox_landmark` (unit -) to estimation/registry.yaml, for the term 'group=A'",
        "add `median` of `km` (unit days) to estimation/registry.yaml, for the term ''",
    ]


def test_the_first_row_that_fits_counts():
    of = lambda **key: {"population": "pooled", "term": "", "unit": "", **key}  # noqa: E731
    weighted = of(analysis="km", statistic="at_risk", population="weighted", unit="weight")
    assert (row_of(weighted).of, disclosure_of(weighted)) == ("weighted_time", "of_weights")
    assert row_of(of(analysis="km", statistic="at_risk")).of == "time"
    assert row_of(of(analysis="cox_complete_case", statistic="n", term="model")).of == "complete"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("pct: of_count %}, of: variable", "pct: of_nothing %}, of: variable", "no disclosure 'of_nothing'"),
        ("{n_mismatch: own_count readings}", "{n_mismatch: own_count}", "'n_mismatch' is a count of"),
        ("{changed: own_count patients}", "{changed: harmless patients}", "its disclosure is own_count"),
        ("- {analysis: spider,", "- {analysis: cobweb,", "no analysis 'cobweb'"),
        ("  swimmer: {en:", "  swummer: {en:", "the analysis 'swummer' has no row"),
        ("{change: of_patient %}", "{shrinks: of_patient %}", "'shrinks' has no words"),
        ("section: survival, methods: rmst", "methods: rmst", "`analyses.rmst.section` is missing"),
        ("section: survival, methods: rmst", "section: survival", "`analyses.rmst.methods` is missing"),
    ],
)
def test_a_mistake_is_said_with_its_line(before: str, after: str, said: str):
    text = FILE.read_text(encoding="utf-8")
    line = text[: text.index(before)].count("\n") + 1
    with pytest.raises(UsageError, match=rf"line {line}: .*{said}"):
        load(text.replace(before, after, 1), FILE.name)


def test_every_statistic_and_analysis_has_words_in_both_languages():
    every = [*registry().analyses.values(), *registry().statistics.values(), *registry().terms.values()]
    assert all(entry.en and entry.ko for entry in every)
    used = {name for row in registry().rows for name in row.statistics}
    assert sorted(registry().statistics.keys() - used) == []
