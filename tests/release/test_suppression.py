"""Small counts, and every count that gives one away, are hidden; an attacker who solves the tables learns none."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from haicplatform.estimation.rows import Rows
from haicplatform.release.released_estimates import hide_small, suppress
from tests.release.attack import Attack
from tests.report.cohort import estimates

GROUPS = ("A", "B")
SITES = ("S1", "S2", "S3")


def table(counts: np.ndarray) -> pl.DataFrame:
    """Rows of baseline for counts[site, group, level], with every margin, as estimation.baseline makes them."""
    rows = Rows("study", "snapshot", analysis="baseline")
    for number, population in enumerate(["pooled", *(f"site:{site}" for site in SITES)]):
        part = counts.sum(axis=0) if number == 0 else counts[number - 1]
        for place, grp in enumerate(["all", *GROUPS]):
            levels = part.sum(axis=0) if place == 0 else part[place - 1]
            here = rows.for_(population=population, grp=grp)
            here.add("n", levels.sum(), term="patients", unit="patients")
            here.add("n", levels.sum(), term="stage", unit="patients")
            here.add("missing", 0, term="stage", unit="patients")
            for level, count in enumerate(levels):
                here.add("n", count, term=f"stage={level}", unit="patients")
                share = 100 * count / levels.sum() if levels.sum() else None
                here.add("pct", share, term=f"stage={level}", unit="%")
        rows.for_(population=population).add("p", 0.5, term="stage")
    return rows.frame()


def attack(released: pl.DataFrame, n_levels: int) -> dict[tuple, tuple[float, float]]:
    """Bounds of every hidden count by linear programming, from what is printed and how a Table 1 adds up."""
    shown = {
        (row["population"], row["grp"], row["term"]): row["value"]
        for row in released.filter(pl.col("statistic") == "n").iter_rows(named=True)
    }
    place = {key: number for number, key in enumerate(shown)}
    sums = []
    for population, grp, term in shown:
        if population == "pooled":
            sums.append([(population, grp, term), *((f"site:{site}", grp, term) for site in SITES)])
        if grp == "all":
            sums.append([(population, grp, term), *((population, group, term) for group in GROUPS)])
        if term in ("stage", "patients"):
            sums.append([(population, grp, term), *((population, grp, f"stage={k}") for k in range(n_levels))])
    matrix = np.zeros((len(sums), len(place)))
    for line, (total, *parts) in enumerate(sums):
        matrix[line, place[total]] = 1
        for part in parts:
            matrix[line, place[part]] = -1
    limits = [(1, None) if value is None else (value, value) for value in shown.values()]
    found = {}
    for key, value in shown.items():
        if value is None:
            aim = np.eye(len(place))[place[key]]
            ends = [linprog(s * aim, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=limits).fun for s in (1, -1)]
            found[key] = (ends[0], -ends[1])
    return found


@pytest.mark.parametrize("seed", range(6))
def test_an_attacker_learns_no_hidden_count(seed):
    counts = np.random.default_rng(seed).poisson(7, size=(3, 2, 4))
    counts[:, :, 3] = np.random.default_rng(seed).poisson(1.5, size=(3, 2))
    released = hide_small(table(counts), 5)
    bounds = attack(released, 4)
    true = {
        (row["population"], row["grp"], row["term"]): row["value"]
        for row in table(counts).filter(pl.col("statistic") == "n").iter_rows(named=True)
    }
    small = {key for key, value in true.items() if 0 < value < 5}
    assert small and small <= bounds.keys()
    for key, (low, high) in bounds.items():
        assert np.floor(high + 1e-6) - np.ceil(low - 1e-6) >= 1, (key, low, high, true[key])


def test_the_attacker_can_win():
    """Without secondary suppression the same attack finds the small counts: the test above can fail."""
    counts = np.full((3, 2, 4), 9)
    counts[0, 0, 3] = 2
    small_only = table(counts).with_columns(value=pl.when(pl.col("value") < 5).then(None).otherwise(pl.col("value")))
    bounds = attack(small_only.filter(pl.col("statistic") == "n"), 4)
    assert bounds[("site:S1", "A", "stage=3")] == pytest.approx((2, 2))


def test_what_falls_and_what_stays():
    counts = np.full((3, 2, 3), 20)
    counts[0, 0, 2] = 2
    before = table(counts)
    released = hide_small(before, 5)
    hidden = released.filter(pl.col("status") == "suppressed")
    assert hidden["value"].null_count() == hidden.height
    assert set(hidden["estimate_id"]) <= set(before["estimate_id"])
    where = {"population": "site:S1", "grp": "A", "term": "stage=2"}
    assert set(hidden.filter(**where)["statistic"]) == {"n", "pct"}
    # four cells of a rectangle are the least that protects one cell of a two-way table
    assert hidden.filter((pl.col("statistic") == "n") & (pl.col("grp") != "all")).height >= 4
    assert hidden.filter(population="site:S1", statistic="p").height == 1
    assert released.filter(pl.col("term") == "patients")["value"].null_count() == 0
    assert released.filter(pl.col("status") == "ok")["value"].null_count() == 0


def test_nothing_small_changes_nothing():
    before = table(np.full((3, 2, 3), 20))
    assert hide_small(before, 5).equals(before)


def curve() -> pl.DataFrame:
    rows = Rows("study", "snapshot", analysis="km", endpoint="OS", grp="A")
    rows.add("n", 60, unit="patients")
    rows.add("events", 30, unit="patients")
    for number in range(1, 31):
        at, at_risk = 0.37 * number, 61 - 2 * number
        rows.add("survival", 1 - number / 31, at=at, ci=(0.1, 0.9))
        rows.add("n_risk", at_risk, at=at, unit="patients")
        rows.add("n_event", 1, at=at, unit="patients")
        rows.add("n_censor", 1, at=at, unit="patients")
    for at, count in ((0.0, 60), (6.0, 28), (9.0, 13), (11.0, 3)):
        rows.add("at_risk", count, at=at, unit="patients")
    return rows.frame()


def test_a_curve_keeps_whole_months_of_enough_events():
    released = suppress(curve(), 5)
    heights = released.filter(pl.col("statistic") == "survival").sort("at")
    assert all(at == int(at) for at in heights["at"])
    events = [round(31 * (1 - height)) for height in heights["value"]]
    assert events and np.diff([0, *events]).min() >= 5
    assert set(released["statistic"]) == {"n", "events", "survival", "at_risk"}
    at_risk = dict(released.filter(pl.col("statistic") == "at_risk").select("at", "value").iter_rows())
    assert at_risk == {0.0: 60, 6.0: 28, 9.0: 13, 11.0: None}


def test_a_group_with_few_events_has_no_curve_and_no_hazard_ratio():
    few = curve().with_columns(
        value=pl.when(pl.col("statistic") == "events").then(3).otherwise(pl.col("value")).cast(pl.Float64)
    )
    rows = Rows("study", "snapshot", endpoint="OS")
    cox = rows.for_(analysis="cox_univariable")
    cox.add("n", 60, term="group=A", unit="patients")
    cox.add("events", 3, term="group=A", unit="patients")
    cox.add("hr", 0.5, term="group=B", ci=(0.2, 0.8))
    cox.add("hr", 1.5, term="sex=F", ci=(0.2, 0.8))
    km = rows.for_(analysis="km", grp="A")
    km.add("median", 9.0, unit="months")
    rows.for_(analysis="fixed_time").add("p", 0.04, at=6.0)
    rows.for_(analysis="logrank").add("p", 0.04)
    released = suppress(pl.concat([few, rows.frame()]), 5)
    gone = released.filter(pl.col("status") == "suppressed")
    said = {(row["analysis"], row["term"], row["statistic"]) for row in gone.iter_rows(named=True)}
    assert {
        ("km", "", "events"), ("km", "", "median"), ("km", "", "survival"), ("cox_univariable", "group=A", "events"),
        ("cox_univariable", "group=B", "hr"), ("fixed_time", "", "p"),
    } <= said  # fmt: skip
    assert ("cox_univariable", "sex=F", "hr") not in said and ("logrank", "", "p") not in said


def test_numbers_of_single_patients_leave_nothing():
    rows = Rows("study", "snapshot")
    rows.for_(analysis="waterfall", grp="A").add("best_change", -31.5, term="001", unit="%")
    rows.for_(analysis="waterfall", grp="A").add("n", 20, term="patients", unit="patients")
    rows.for_(analysis="baseline", grp="A").add("min", 31.0, term="age")
    rows.for_(analysis="baseline", grp="A").add("mean", 61.0, term="age", note="3 patients without a value")
    released = suppress(rows.frame(), 5)
    assert released.select("analysis", "statistic", "note").rows() == [
        ("waterfall", "n", ""),
        ("baseline", "mean", "fewer than 5 patients without a value"),
    ]


def small_of(frame: pl.DataFrame) -> dict[str, float]:
    """Estimate id -> value of the counts from 1 to 4."""
    counts = frame.filter(pl.col("unit").is_in(["patients", "readings", "pairs"]) & (pl.col("statistic") != "ess"))
    return dict(counts.filter(pl.col("value").is_between(1, 4)).select("estimate_id", "value").iter_rows())


def test_nobody_finds_a_small_count_of_a_whole_report():
    whole = estimates()
    small = small_of(whole)
    found = Attack(suppress(whole, 5), whole).found()
    assert len(small) > 100 and not {name for name in found if name in small}


def test_the_attacker_finds_them_where_only_small_counts_are_hidden():
    whole = estimates()
    small = small_of(whole)
    is_small = pl.col("estimate_id").is_in(list(small))
    hidden = pl.when(is_small).then(None).otherwise(pl.col("value"))
    status = pl.when(is_small).then(pl.lit("suppressed")).otherwise(pl.col("status"))
    found = Attack(whole.with_columns(value=hidden, status=status), whole).found()
    right = [name for name, value in small.items() if found.get(name) == value]
    assert len(right) > 10


def hospitals(sizes: dict[str, tuple[int, int]]) -> pl.DataFrame:
    """Of each hospital patients and events in each of two groups (the same in both)."""
    rows = Rows("study", "snapshot", endpoint="OS")
    for site, (n, events) in sizes.items():
        here = rows.for_(analysis="km", population=f"site:{site}")
        for grp, times in (("A", 1), ("B", 1), ("all", 2)):
            here.for_(grp=grp).add("n", n * times, unit="patients")
            here.for_(grp=grp).add("events", events * times, unit="patients")
        line = rows.for_(analysis="by_hospital", grp=site)
        line.add("n", 2 * n, unit="patients")
        line.add("events", 2 * events, unit="patients")
        line.add("hr", 0.7, ci=(0.5, 0.9))
    return rows.frame()


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"S1": (40, 20), "S2": (40, 20)}, {"S1", "S2"}),
        # two small ones together are not small
        ({"S1": (40, 20), "S2": (40, 20), "S3": (6, 3), "S4": (6, 3)}, {"S1", "S2"}),
        # one small one alone is what the others leave of the pooled count
        ({"S1": (40, 20), "S2": (30, 15), "S3": (6, 3)}, {"S1"}),
        ({"S1": (40, 20), "S2": (6, 3)}, set()),
    ],
)
def test_hospitals_with_few_patients_or_events_are_not_shown_singly(sizes, shown):
    released = suppress(hospitals(sizes), 5)
    assert set(released["analysis"]) <= {"by_hospital"}
    assert set(released.filter(pl.col("status") == "ok")["grp"]) == shown


def test_an_analysis_of_nearly_the_same_patients_is_left_out():
    rows = []
    for variant, n in (("main", 100), ("nearly", 98), ("other", 90)):
        of = Rows("study", "snapshot", variant)
        of.for_(analysis="flow", grp="A").add("n", n, term="included", unit="patients")
        of.for_(analysis="cox_multivariable", endpoint="OS").add("hr", 0.7, term="group=A", ci=(0.5, 0.9))
        of.for_(analysis="cox_multivariable", endpoint="OS").add("hr", 0.7, term="sex=F", ci=(0.5, 0.9))
        rows.append(of.frame())
    released = suppress(pl.concat(rows), 5)
    assert set(released["variant"]) == {"main", "other"}
    # of another analysis the results that stand beside the main ones, not its tables
    assert released.filter(variant="other", analysis="cox_multivariable")["term"].to_list() == ["group=A"]


def test_what_an_analysis_leaves_out_is_a_count():
    rows = Rows("study", "snapshot")
    rows.for_(analysis="flow", grp="all").add("n", 100, term="included", unit="patients")
    rows.for_(analysis="cox_complete_case", endpoint="OS").add("n", 98, term="model", unit="patients")
    rows.for_(analysis="km", population="weighted", endpoint="OS", grp="all").add("n", 97, unit="patients")
    rows.for_(analysis="km", population="matched", endpoint="OS", grp="all").add("n", 80, unit="patients")
    shown = suppress(rows.frame(), 5).drop_nulls("value")["value"].to_list()
    assert shown == [100, 80]


@pytest.mark.parametrize(("events", "is_shown"), [(38, False), (36, False), (35, True), (40, True), (3, False)])
def test_those_without_an_event_are_a_count(events: int, is_shown: bool):
    """Of a level's 40 printed patients 38 events tell that 2 had none."""
    rows = Rows("study", "snapshot", analysis="cox_univariable", endpoint="OS")
    for level, n, count in (("sex=F", 40, events), ("sex=M", 60, 30), ("sex=X", 50, 25)):
        rows.add("n", n, term=level, unit="patients")
        rows.add("events", count, term=level, unit="patients")
    released = suppress(rows.frame(), 5).filter(pl.col("term") == "sex=F")
    assert (released["value"].null_count() == 0) == is_shown


def test_a_rate_is_no_height_between_the_heights():
    """Of 60 patients 1 has an event every 0.37 months and 1 is censored: 16 events by month 6, 19 by 7, 24 by 9."""
    rows = Rows("study", "snapshot", analysis="km", endpoint="OS", grp="A")
    for month in (6.0, 7.0, 9.0):
        place = int(month / 0.37)
        rows.add("rate", 1 - place / 31, at=month, ci=(0.1, 0.9))
    rows.for_(analysis="fixed_time", grp="").add("p", 0.04, at=7.0)
    rows.for_(analysis="fixed_time", grp="").add("p", 0.04, at=9.0)
    released = suppress(pl.concat([curve(), rows.frame()]), 5)
    rates = dict(released.filter(pl.col("statistic") == "rate").select("at", "status").iter_rows())
    assert rates == {6.0: "ok", 7.0: "suppressed", 9.0: "ok"}
    compared = dict(released.filter(pl.col("analysis") == "fixed_time").select("at", "value").iter_rows())
    assert compared == {7.0: None, 9.0: 0.04}
    shown = released.filter(pl.col("statistic").is_in(["rate", "survival"])).drop_nulls("value")
    events = sorted({round(31 * (1 - height)) for height in shown["value"]})
    assert len(events) > 3 and np.diff([0, *events]).min() >= 5


def test_a_curve_of_cumulative_incidence_is_released_too():
    rows = Rows("study", "snapshot", analysis="cuminc", endpoint="TTP", grp="A")
    rows.add("n", 60, term="patients", unit="patients")
    for number in range(1, 31):
        rows.add("cif", number / 60, term="event", at=0.37 * number)
    heights = suppress(rows.frame(), 5).filter(pl.col("statistic") == "cif")["value"].to_list()
    assert heights and round(60 * min(np.diff([0, *heights]))) >= 5


def test_a_status_tells_no_small_count():
    rows = Rows("study", "snapshot", analysis="cox_multivariable", endpoint="OS")
    rows.add("included", 0.0, term="afp", status="missing_values: 1", note="1 patient without a value")
    rows.add("included", 0.0, term="ast", status="missing_values: 17", note="17 patients without a value")
    rows.add("hr", None, term="sex=F", status="few_events: 3 events for 4 coefficients")
    released = suppress(rows.frame(), 5)
    assert released["status"].to_list() == [
        "missing_values: <5", "missing_values: 17", "few_events: <5 events for 4 coefficients",
    ]  # fmt: skip
    assert released["note"].to_list()[:2] == ["fewer than 5 patients without a value", "17 patients without a value"]


def test_summed_weights_at_risk_tell_no_few_patients():
    rows = Rows("study", "snapshot", analysis="km", endpoint="OS", population="weighted", grp="A")
    for month, weight in ((0, 46.2), (6, 30.1), (24, 2.6), (30, 0.0)):
        rows.add("at_risk", weight, at=month, unit="weight")
    released = suppress(rows.frame(), 5).sort("at")
    assert released["value"].to_list() == [46.2, None, None, 0.0]
    assert released["status"].to_list() == ["ok", "suppressed", "suppressed", "ok"]


def test_what_the_registry_does_not_declare_is_hidden():
    rows = Rows("study", "snapshot", analysis="km", endpoint="OS", grp="A")
    rows.add("n", 60, unit="patients")
    rows.add("median", 9.0, unit="months")
    rows.add("median_of_a_new_kind", 9.0, unit="months")
    rows.add("rate", 0.4, at=6.0, unit="%")
    rows.for_(analysis="new_test", grp="").add("p", 0.04)
    released = suppress(rows.frame(), 5)
    assert released.filter(pl.col("value").is_null())["statistic"].to_list() == ["median_of_a_new_kind", "rate", "p"]
    assert set(released.filter(pl.col("value").is_null())["status"]) == {"suppressed"}


@pytest.mark.parametrize(("n", "shown"), [(4, []), (6, ["n", "agreement_pct", "kappa"])])
def test_the_kappa_of_a_handful_of_readings_goes_with_their_number(n: int, shown: list[str]):
    rows = Rows("study", "snapshot", analysis="reader_agreement", endpoint="OVR")
    rows.add("n", n, term="R1:R2", unit="readings")
    rows.add("agreement_pct", 50.0, term="R1:R2", unit="%")
    rows.add("kappa", 0.4, term="R1:R2", ci=(-0.2, 0.9))
    assert suppress(rows.frame(), 5).drop_nulls("value")["statistic"].to_list() == shown
