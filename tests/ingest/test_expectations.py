"""A delivery as a whole against the one before it: what is a warning, what cannot be said, and what passes."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from haicplatform.ingest.state.delivery_summary import Summary, TableCount
from haicplatform.ingest.validation import gates
from haicplatform.ingest.validation.batch_profile import Profile, TableProfile, profile_of
from haicplatform.ingest.validation.drift import Batch, Before
from haicplatform.sites.loading import site_from_text
from schemas.contract import TABLES

SITE = """
hospital: {name_en: Test hospital (SYNTHETIC), name_ko: 시험병원}
layout: contract
patient_ids: study
extracted_at: {from: file_name, pattern: "_%Y%m%d"}
"""
LANDED = dt.datetime(2024, 5, 2, 1)
EXTRACTED = dt.datetime(2024, 5, 1)


def table(rows=100, missing=None, codes=None, numbers=None) -> TableProfile:
    return TableProfile(rows, missing or {}, codes or {}, numbers or {})


def judged(now: dict, then: dict, more: str = "", **batch):
    """The judgement of one full delivery; now and then: table -> profile."""
    site = site_from_text(SITE + more, "AAA")
    counts = {name: TableCount(each.rows, each.rows, 0, 0) for name, each in now.items()}
    summary = Summary("d2", "m", whole=sorted(now), tables=counts)
    rows = {name: each.rows for name, each in now.items()}
    given = {"profile": Profile(now, "2024-04-30"), "extracted_at": EXTRACTED, "landed_at": LANDED} | batch
    newest = (dt.date(2024, 4, 20), dt.date(2024, 4, 25))
    rows_then = {name: each.rows for name, each in then.items()}
    parents = {name: rows_then[parent] for name in then if (parent := TABLES[name].parent) in then}
    before = Before(rows_then, then, parents, LANDED - dt.timedelta(days=7), newest)
    return gates.assess(site, summary, Batch(rows, **given), before if then else Before())


def warned(judgement) -> list[tuple]:
    return [(each.rule_id, each.table_name, each.column_name, each.part, each.value) for each in judgement.warnings]


def test_the_same_again_passes_everything():
    same = {
        "patient": table(codes={"sex": {"F": 40, "M": 60}}),
        "lab": table(300, {"unit": 3}, numbers={"value_num": {"ALB": [[3.5, 100], [4.0, 200]]}}),
    }
    judgement = judged(same, same)
    assert (judgement.status, judgement.failures, judgement.warnings, judgement.not_run) == ("accepted", [], [], [])
    assert {each.rule_id for each in judgement.results} == {
        "delivery.volume", "delivery.extract_age", "delivery.newest_event", "delivery.ratio", "delivery.missing_share",
        "delivery.distribution", "delivery.code_share", "delivery.code_vanished",
    }  # fmt: skip


def test_a_column_that_lost_its_values_is_told_with_both_shares():
    now, then = ({"lab": table(200, {"unit": empty, "specimen_no": 200})} for empty in (30, 4))
    [warning] = judged(now, then).warnings
    assert (warning.rule_id, warning.column_name, warning.value, warning.expected) == (
        "delivery.missing_share", "unit", "15.0 %", "<= 2.0 % + 10",
    )  # fmt: skip


@pytest.mark.parametrize(("empty", "count"), [(24, 0), (25, 1)])
def test_the_share_of_empty_cells_may_rise_by_exactly_its_limit(empty, count):
    """4 of 200 are 2 %; 24 are 12 %, which is 10 points more and still passes."""
    now, then = ({"lab": table(200, {"unit": n})} for n in (empty, 4))
    assert len(judged(now, then).warnings) == count


def test_a_unit_that_changed_in_one_test_is_told_for_that_test_alone():
    bili = {"ALB": [[3.5, 100], [4.0, 200]], "BILI_T": [[0.5, 40], [0.9, 40], [1.2, 40]]}
    umol = bili | {"BILI_T": [[8.6, 40], [15.0, 40], [21.0, 40]]}
    [warning] = judged({"lab": table(420, numbers={"value_num": umol})},
                       {"lab": table(420, numbers={"value_num": bili})}).warnings  # fmt: skip
    assert (warning.rule_id, warning.column_name, warning.part) == ("delivery.distribution", "value_num", "BILI_T")
    assert warning.value.startswith("PSI ") and float(warning.value[4:]) > 1


def test_a_column_that_always_said_one_thing_and_says_another_is_told():
    now, then = ({"administration": table(100, numbers={"dose": {"5FU": [[dose, 100]]}})} for dose in (80.0, 800.0))
    assert [each[:4] for each in warned(judged(now, then))] == [
        ("delivery.distribution", "administration", "dose", "5FU")
    ]


def test_chance_in_a_small_table_is_no_warning():
    """The same shares of 60 rows and of 600: only the larger table cannot look so by chance."""
    now, then = ({"patient": table(60, codes={"sex": codes})} for codes in ({"F": 21, "M": 39}, {"F": 37, "M": 23}))
    judgement = judged(now, then)
    [found] = [each for each in judgement.results if each.rule_id == "delivery.code_share"]
    assert (found.status, found.value, found.expected) == ("passed", "PSI 0.28", "<= 0.37")
    then = {"patient": table(600, codes={"sex": {"F": 370, "M": 230}})}
    now = {"patient": table(600, codes={"sex": {"F": 210, "M": 390}})}
    assert [each[0] for each in warned(judged(now, then))] == ["delivery.code_share"]


def test_a_code_that_does_not_come_any_more_is_named():
    now, then = (
        {"response_assessment": table(300, codes={"overall": codes})}
        for codes in ({"PR": 100, "SD": 200}, {"PR": 90, "SD": 190, "NE": 12, "CR": 5})
    )
    assert warned(judged(now, then)) == [("delivery.code_vanished", "response_assessment", "overall", "NE", "0")]


@pytest.mark.parametrize(("visits", "told"), [(300, []), (390, []), (391, [("delivery.ratio", "3.91")]),
                                              (209, [("delivery.ratio", "2.09")])])  # fmt: skip
def test_visits_a_patient_may_move_by_thirty_percent(visits, told):
    now, then = ({"patient": table(100), "imaging_visit": table(n)} for n in (visits, 300))
    assert [(each[0], each[4]) for each in warned(judged(now, then))] == told


def test_a_site_file_changes_turns_off_and_hardens_a_threshold():
    now, then = ({"patient": table(100), "imaging_visit": table(n)} for n in (391, 300))
    wide = "gates: {expect: {delivery.ratio: {limit: 40}}}"
    assert judged(now, then, wide).warnings == []
    off = judged(now, then, 'gates: {expect: {delivery.ratio: {skip: "visits were merged in May"}}}')
    assert off.warnings == [] and "delivery.ratio: the site file turns it off: visits were merged in May" in off.not_run
    hard = judged(now, then, "gates: {expect: {delivery.ratio: {refuse: true}}}")
    assert (hard.status, [each.rule_id for each in hard.failures], hard.warnings) == ("refused", ["delivery.ratio"], [])


def test_rows_that_the_hospital_announced_are_counted():
    announced = "gates: {reference_rows: {patient: 101, lab: 50}}"
    judgement = judged({"patient": table(100)}, {}, announced)
    assert warned(judgement) == [("delivery.reference_count", "patient", None, None, "100")]
    assert "delivery.reference_count of lab: the table did not come whole" in judgement.not_run


@pytest.mark.parametrize(("days", "told"), [(2, []), (3, ["delivery.extract_age"])])
def test_an_extract_may_be_as_old_as_deliveries_are_agreed(days, told):
    """expected every day, a day of grace: two days; LANDED is 10 o'clock of 2 May in Seoul."""
    same = {"patient": table()}
    judgement = judged(same, same, extracted_at=dt.datetime(2024, 5, 2) - dt.timedelta(days=days))
    assert [each[0] for each in warned(judgement)] == told


@pytest.mark.parametrize(("extracted", "newest", "told"), [
    (dt.datetime(2024, 5, 25), "2024-04-20", []),
    (dt.datetime(2024, 5, 26), "2024-04-20", ["delivery.newest_event"]),
    (dt.datetime(2024, 5, 26), "2024-04-21", []),
])  # fmt: skip
def test_an_export_that_brings_nothing_newer_for_a_month_is_told(extracted, newest, told):
    """2024-04-20 is the newest date since the extract of 25 April."""
    same = {"patient": table()}
    landed = extracted + dt.timedelta(hours=1)
    judgement = judged(same, same, extracted_at=extracted, landed_at=landed, profile=Profile(same, newest))
    assert [each[0] for each in warned(judgement)] == told


def test_an_extract_without_a_date_of_its_own_has_no_age(monkeypatch):
    """from: value says one day for every delivery; from: arrival says nothing about the extract."""
    undated = SITE.replace('from: file_name, pattern: "_%Y%m%d"', "from: value, value: 2020-01-01")
    monkeypatch.setattr(f"{__name__}.SITE", undated)
    same = {"patient": table()}
    judgement = judged(same, same, extracted_at=dt.datetime(2020, 1, 1))
    assert "delivery.extract_age: the files do not say when they were extracted" in judgement.not_run


def test_what_cannot_be_compared_says_why_and_passes_nothing():
    first = judged({"lab": table(200, {"unit": 4})}, {})
    assert {each.status for each in first.results} == {"not_run"} and first.warnings == []
    assert "delivery.missing_share of lab: no earlier accepted delivery of the table" in first.not_run
    changes = judged({"lab": table(200)}, {"lab": table(200)}, "extract: incremental")
    assert "delivery.distribution of lab: an incremental extract brings only what changed" in changes.not_run
    few = judged({"lab": table(19)}, {"lab": table(19)})
    assert "delivery.missing_share of lab: fewer than 20 rows" in few.not_run
    unknown = judged({"lab": table(99)}, {"lab": table(99)}, profile=None)
    assert "delivery.code_share of lab: it was taken in before profiles were kept" in unknown.not_run


def test_a_warning_is_a_finding_that_asks_and_names_no_patient():
    now, then = ({"lab": table(200, {"unit": n})} for n in (30, 4))
    site = site_from_text(SITE, "AAA")
    found = gates.findings_of(site, "d2", judged(now, then)).row(0, named=True)
    assert (found["severity"], found["table_name"], found["column_name"]) == ("warning", "lab", "unit")
    assert found["patient_id"] is found["row_id"] is None
    assert "15.0 %" in found["message_en"] and "빈칸 비율" in found["message_ko"] and "추출" in found["message_ko"]


def test_a_profile_counts_and_keeps_no_exact_value():
    frame = pl.DataFrame(
        {"patient_id": ["a", "b", "c"], "test_code": ["ALB", "ALB", "CRP"], "value_num": [4.123, 4.149, None],
         "unit": ["g/dL", None, None], "collect_datetime": [dt.datetime(2024, 4, 1), None, dt.datetime(2025, 1, 1)],
         "op": [None, "U", "U"]}
    )  # fmt: skip
    deleted = frame.head(1).with_columns(pl.lit("D").alias("op"))
    profile = profile_of({"lab": pl.concat([frame, deleted])}, dt.date(2024, 5, 1))
    lab = profile.tables["lab"]
    assert (lab.rows, lab.missing["unit"], lab.codes["test_code"]) == (3, 2, {"ALB": 2, "CRP": 1})
    assert lab.numbers["value_num"] == {"ALB": [[4.1, 2]]}
    assert profile.newest_event == "2024-04-01"  # a date after the extract is an error of its own
    assert not any(TABLES["lab"].column(name).identifying for name in lab.missing)
