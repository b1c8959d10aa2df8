"""adtte, through the real SQL: the worked cases of survival.yaml, each variant as an endpoint of a study file."""

from datetime import date, timedelta

import polars as pl
import pytest
from harness import Rows, harmonise, survival_rows, yaml_cases
from tiny_study import TINY, run, tiny

CASES = yaml_cases("survival")
PFS = TINY["endpoints"]["PFS"]
ENDPOINTS = TINY["endpoints"] | {
    "PFS_NACT": PFS | {"censor_before": ["new_therapy"]},
    "PFS_CLIN": PFS | {"events": ["progression", "clinical_progression", "death"]},
    "TTP": PFS | {"events": ["progression"]},
    "DOR": PFS | {"start": "response"},
    "TTR": {
        "label": "TTR",
        "start": "index",
        "events": ["response"],
        "censor": ["last_adequate_assessment"],
        "among": "response",
    },
}
EXPECTED = [(case["id"], variant) for case in CASES for variant in case["expect"]]


def _endpoints(gap: int) -> dict:
    return ENDPOINTS | {"PFS_MISSED": PFS | {"missed_gap_days": gap}}


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, pl.DataFrame]]:
    """The relations of each case's own study: all cases in one warehouse, one run a max_gap."""
    rows = Rows()
    for case in CASES:
        survival_rows(rows, case)
    con = harmonise(rows)
    gaps = {case.get("max_gap", 252) for case in CASES}
    by_gap = {gap: run(con, tiny(endpoints=_endpoints(gap))) for gap in gaps}
    return {case["id"]: by_gap[case.get("max_gap", 252)] for case in CASES}


@pytest.mark.parametrize(("case_id", "variant"), EXPECTED)
def test_worked_case(results, case_id, variant):
    expected = next(case for case in CASES if case["id"] == case_id)["expect"][variant]
    found = results[case_id]
    person = pl.col("usubjid") == f"S01-{case_id}"
    if expected == "REJECT":
        assert found["cohort"].filter(person)["exclusion_reason"].to_list() == ["DEATH_DATE_UNRESOLVED"]
        assert found["adtte"].filter(person).is_empty()
        return
    row = found["adtte"].filter(person, pl.col("paramcd") == variant.upper())
    assert row.select(1 - pl.col("cnsr"), "adt", "aval_days").rows() == [tuple(expected)]


def test_every_time_has_a_source_and_a_reason(results):
    adtte = results["SV-O-01"]["adtte"]
    assert adtte.select(pl.col("evntdesc", "srcdom", "srcrow").null_count()).row(0) == (0, 0, 0)
    months = adtte.select((pl.col("aval_days") / 30.4375 - pl.col("aval_months")).abs().max()).item()
    assert months < 1e-12


def test_reasons(results):
    adtte = results["SV-O-19"]["adtte"]
    reason = {row[:2]: row[2:] for row in adtte.select("usubjid", "paramcd", "evntdesc", "srcdom").rows()}
    assert reason["S01-SV-O-01", "OS"] == ("DEATH", "followup_event")
    assert reason["S01-SV-O-03", "OS"] == ("DATA CUT-OFF", "followup_event")
    assert reason["S01-SV-O-09", "PFS"] == ("PROGRESSION", "response_assessment")
    assert reason["S01-SV-O-10", "PFS"] == ("NO ASSESSMENT", "treatment_course")
    assert reason["S01-SV-O-12", "PFS_NACT"][0] == "LAST ADEQUATE ASSESSMENT BEFORE NEW ANTICANCER THERAPY"
    assert reason["S01-SV-O-16", "OS"][0] == "LAST CONTACT"


def test_time_to_response_is_for_responders_only(results):
    ttr = results["SV-O-01"]["adtte"].filter(pl.col("paramcd") == "TTR")
    assert set(ttr["usubjid"]) >= {"S01-SV-O-02", "S01-SV-O-15"}
    assert "S01-SV-O-01" not in set(ttr["usubjid"])
    assert ttr["cnsr"].sum() == 0


# beside the worked cases: responses as days after START, death and last contact
START, CUTOFF = date(2023, 1, 2), date(2023, 7, 21)
OTHERS = {
    "FIRST_DAY": {"death": START},
    "AT_CUTOFF": {"death": CUTOFF},
    "AFTER_CUTOFF": {"death": CUTOFF + timedelta(days=1)},
    "CONTACT": {"last": date(2023, 6, 1), "a": [(58, "SD")]},
    "YEAR": {"death": "2023", "last": date(2023, 4, 19)},
    "UNREADABLE": {"last": date(2023, 4, 19)},
    "THREE_BEFORE": {"death": START - timedelta(days=3)},
    "YEAR_BEFORE": {"death": "2022"},
    "CONTACT_AT_CUTOFF": {"last": CUTOFF},
    "CONTACT_AFTER_CUTOFF": {"last": CUTOFF + timedelta(days=1)},
    "CONTACTS": {"last": date(2023, 4, 19)},
    "CONTACT_AFTER_DEATH": {"death": date(2023, 4, 19), "last": date(2023, 4, 22)},
    "CLINICAL": {"clin": START + timedelta(days=1), "last": date(2023, 4, 19)},
    "CLINICAL_AT_START": {"clin": START, "last": date(2023, 4, 19)},
    "CLINICAL_MONTH": {"clin": "2023-03", "last": date(2023, 4, 19)},
    "GAP_252": {"a": [(60, "SD"), (60 + 252, "PD")]},
    "GAP_253": {"a": [(60, "SD"), (60 + 253, "PD")]},
}


@pytest.fixture(scope="module")
def others():
    rows = Rows()
    for who, case in OTHERS.items():
        visits = [(START + timedelta(days=number), said) for number, said in case.get("a", [])]
        survival_rows(rows, {"id": who, "start": START} | case | {"a": visits})
    rows.event("UNREADABLE", "DEATH", None)
    for when in (date(2023, 2, 1), date(2023, 6, 1), date(2023, 5, 1)):
        rows.event("CONTACTS", "LAST_CONTACT", when)
    return harmonise(rows)


def times(con, who: str, *columns: str, paramcd: str = "OS", **study) -> list[tuple]:
    adtte = run(con, tiny(**study))["adtte"]
    return adtte.filter(pl.col("paramcd") == paramcd, usubjid=f"S01-{who}").select(columns).rows()


def test_death_on_the_first_day_is_an_event_at_zero(others):
    for paramcd in ("OS", "PFS"):
        assert times(others, "FIRST_DAY", "aval_days", "cnsr", paramcd=paramcd) == [(0, 0)]


@pytest.mark.parametrize(("who", "expected"), [("AT", (0, 200, "DEATH")), ("AFTER", (1, 200, "DATA CUT-OFF"))])
def test_death_on_the_day_of_the_cutoff_counts_and_the_day_after_does_not(others, who, expected):
    assert times(others, f"{who}_CUTOFF", "cnsr", "aval_days", "evntdesc", cutoff=CUTOFF) == [expected]


def test_paper_pfs_is_censored_at_last_contact(others):
    endpoints = {"PFS": PFS | {"censor": ["last_contact"]}}
    found = times(others, "CONTACT", "adt", "cnsr", "evntdesc", paramcd="PFS", endpoints=endpoints)
    assert found == [(date(2023, 6, 1), 1, "LAST CONTACT")]


@pytest.mark.parametrize(("assumed", "days"), [("earliest", 107), ("latest", 363)])
def test_unresolved_death_at_its_bounds(others, assumed, days):
    """Only the year 2023 is known; last seen on 2023-04-19, day 107."""
    found = times(others, "YEAR", "aval_days", "cnsr", "evntdesc", unresolved_deaths=assumed)
    assert found == [(days, 0, "DEATH, DATE ASSUMED")]


def test_unreadable_death_has_no_latest_date_and_never_falls_on_the_index_day(others):
    found = times(others, "UNREADABLE", "adt", "cnsr", "evntdesc", unresolved_deaths="latest")
    assert found == [(date(2024, 6, 30), 1, "DATA CUT-OFF")]


@pytest.mark.parametrize("assumed", ["earliest", "latest"])
@pytest.mark.parametrize("who", ["THREE_BEFORE", "YEAR_BEFORE"])
def test_a_death_before_the_index_is_assumed_on_its_day(others, who, assumed):
    found = times(others, who, "aval_days", "cnsr", "evntdesc", unresolved_deaths=assumed)
    assert found == [(0, 0, "DEATH, DATE ASSUMED")]
    assert times(others, who, "cnsr") == []


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("CONTACT_AT_CUTOFF", (1, CUTOFF, "LAST CONTACT")),
        ("CONTACT_AFTER_CUTOFF", (1, CUTOFF, "DATA CUT-OFF")),
        ("CONTACTS", (1, date(2023, 6, 1), "LAST CONTACT")),
        ("CONTACT_AFTER_DEATH", (0, date(2023, 4, 19), "DEATH")),
    ],
)
def test_the_last_contact(others, who, expected):
    assert times(others, who, "cnsr", "adt", "evntdesc", cutoff=CUTOFF) == [expected]


@pytest.mark.parametrize(("who", "days"), [("CLINICAL", 1), ("CLINICAL_AT_START", None), ("CLINICAL_MONTH", None)])
def test_a_clinical_progression_has_a_day_after_the_index(others, who, days):
    endpoints = {"PFS_CLIN": PFS | {"events": ["clinical_progression"], "censor": ["last_contact"]}}
    found = times(others, who, "cnsr", "aval_days", paramcd="PFS_CLIN", endpoints=endpoints)
    assert found == [(1, 107) if days is None else (0, days)]


def test_the_published_gap_of_252_days_is_not_yet_a_missed_assessment(others):
    (gap,) = others.execute("SELECT max_gap_days FROM harmonised.definition WHERE is_default").fetchone()
    endpoints = {"PFS": PFS | {"missed_gap_days": gap}}
    of = {"paramcd": "PFS", "endpoints": endpoints}
    assert times(others, "GAP_252", "cnsr", "aval_days", **of) == [(0, 312)]
    assert times(others, "GAP_253", "cnsr", "aval_days", **of) == [(1, 60)]


NACT = {
    "PFS": PFS | {"censor_before": ["new_therapy"]},
    "DOR": PFS | {"start": "response", "censor_before": ["new_therapy"]},
}
MISSED = {"PFS": PFS | {"missed_gap_days": 252}}
THERAPY, GAP = "LAST ADEQUATE ASSESSMENT BEFORE NEW ANTICANCER THERAPY", "LAST ADEQUATE ASSESSMENT BEFORE MISSED ONES"
LIMITS = {
    # responses, days of new therapies and of death; the endpoint with its rule; censored?, days, why
    "THERAPY_WITH_PD": ([(60, "SD"), (100, "PD")], [100], None, "PFS", NACT, (0, 100, "PROGRESSION")),
    "THERAPY_BEFORE_PD": ([(30, "SD"), (60, "SD"), (100, "PD")], [99], None, "PFS", NACT, (1, 60, THERAPY)),
    "SCAN_WITH_THERAPY": ([(60, "SD"), (99, "SD"), (150, "PD")], [99], None, "PFS", NACT, (1, 99, THERAPY)),
    "THERAPY_WITHOUT_EVENT": ([(60, "SD"), (120, "SD")], [99], None, "PFS", NACT, (1, 60, THERAPY)),
    "THE_FIRST_THERAPY": ([(60, "SD"), (120, "SD"), (200, "PD")], [99, 150], None, "PFS", NACT, (1, 60, THERAPY)),
    "THERAPY_WITHOUT_SCAN": (
        [(100, "PD")], [50], None, "PFS", NACT, (1, 0, "NO ASSESSMENT BEFORE NEW ANTICANCER THERAPY"),
    ),
    "THERAPY_AFTER_RESPONSE": ([(60, "PR"), (120, "PD")], [90], None, "DOR", NACT, (1, 0, THERAPY)),
    "DEATH_WITH_SCAN": ([(60, "SD"), (400, "SD")], [], 400, "PFS", MISSED, (0, 400, "DEATH")),
    "DEATH_AFTER_252": ([], [], 252, "PFS", MISSED, (0, 252, "DEATH")),
    "DEATH_AFTER_253": ([], [], 253, "PFS", MISSED, (1, 0, "NO ASSESSMENT BEFORE MISSED ONES")),
    "DEATH_AFTER_LAST_252": ([(30, "SD"), (60, "SD")], [], 312, "PFS", MISSED, (0, 312, "DEATH")),
    "DEATH_AFTER_LAST_253": ([(30, "SD"), (60, "SD")], [], 313, "PFS", MISSED, (1, 60, GAP)),
    "DEATH_AFTER_PD": ([(60, "PD")], [], 400, "PFS", MISSED, (0, 60, "PROGRESSION")),
}  # fmt: skip


@pytest.fixture(scope="module")
def limits():
    rows = Rows()
    for who, (visits, therapies, death, *_) in LIMITS.items():
        days = [(START + timedelta(days=at), said) for at, said in visits]
        died = {} if death is None else {"death": START + timedelta(days=death)}
        survival_rows(rows, {"id": who, "start": START, "a": days} | died)
        for number, at in enumerate(therapies, 2):
            rows.course(who, number, "LENVATINIB" if number == 2 else "SORAFENIB", *[START + timedelta(days=at)] * 2)
    con = harmonise(rows)
    return {name: run(con, tiny(endpoints=made))["adtte"] for name, made in (("NACT", NACT), ("MISSED", MISSED))}


@pytest.mark.parametrize("who", LIMITS)
def test_an_event_after_new_therapy_or_missed_assessments(limits, who):
    *_, paramcd, endpoints, expected = LIMITS[who]
    found = limits["NACT" if endpoints is NACT else "MISSED"].filter(pl.col("paramcd") == paramcd, usubjid=f"S01-{who}")
    assert found.select("cnsr", "aval_days", "evntdesc").rows() == [expected]


def test_only_an_assessment_can_be_marked_as_a_progression(results):
    source = results["SV-O-01"]["endpoint_source"]
    assert set(source.filter("is_pd")["source"]) == {"adequate_assessment"}
    assert source["is_pd"].null_count() == 0


def test_a_confirmed_response_starts_an_endpoint_at_its_first_date_and_an_unconfirmed_one_does_not():
    rows = Rows()
    for who, read in (
        ("CONFIRMED", [(60, "PR"), (120, "PR"), (180, "PD")]),
        ("UNCONFIRMED", [(60, "PR"), (180, "PD")]),
    ):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", date(2023, 1, 2), date(2023, 1, 2))
        for days, overall in read:
            rows.response(who, date(2023, 1, 2) + timedelta(days), overall)
    study = tiny(endpoints=ENDPOINTS | {"DOR": PFS | {"start": "confirmed_response"}})
    found = run(harmonise(rows), study)["adtte"].filter(paramcd="DOR")
    assert found.select("usubjid", "startdt", "aval_days").rows() == [("S01-CONFIRMED", date(2023, 3, 3), 120)]
