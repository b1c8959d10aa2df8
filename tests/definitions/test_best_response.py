"""best_response, adrs and PFS from lesions, through the real SQL: the worked cases of mrecist.yaml, and admiralonco's
rules of confirmation."""

from datetime import date, timedelta

import polars as pl
import pytest
from harness import Rows, harmonise, mrecist_rows, survival_rows, yaml_cases
from tiny_study import run, run_rows, tiny

CASES = yaml_cases("mrecist")
DEFINITIONS = ("lencioni2010", "seed2024", "abs5", "nobackdate")
START = date(2023, 1, 2)


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, pl.DataFrame]]:
    rows = Rows()
    for case in CASES:
        mrecist_rows(rows, case)
    con = harmonise(rows)
    return {name: run(con, tiny(definition=name)) for name in DEFINITIONS}


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(results, case, definition):
    expected = case["expect"].get(definition, case["expect"]["lencioni2010"])
    found = {name: frame.filter(usubjid=f"S01-{case['id']}") for name, frame in results[definition].items()
             if "usubjid" in frame.columns}  # fmt: skip
    best = dict(found["adrs"].filter(pl.col("paramcd").is_in(["BOR", "CBOR"])).select("paramcd", "avalc").rows())
    assert best == {"BOR": expected["bor"], "CBOR": expected["cbor"]}
    visits = found["adrs"].filter(paramcd="OVR").sort("adt")
    assert visits["avalc"].to_list() == expected["resp"]
    progression = found["endpoint_source"].filter(source="progression")["adt"].min()
    assert progression == expected["pd"]
    pfs = found["adtte"].filter(paramcd="PFS").select(1 - pl.col("cnsr"), "adt", "aval_days").rows()
    assert pfs == [tuple(expected["pfs"])]


def _best(visits: list[tuple[int, str]], **response) -> dict[str, str]:
    """BOR and CBOR of recorded responses, given as days after the index."""
    rows = Rows()
    survival_rows(rows, {"id": "P", "start": START, "a": [(START + timedelta(days=d), r) for d, r in visits]})
    adrs = run_rows(rows, tiny(response={"best": ["unconfirmed", "confirmed"]} | response))["adrs"]
    return dict(adrs.filter(pl.col("paramcd").is_in(["BOR", "CBOR"])).select("paramcd", "avalc").rows())


@pytest.mark.parametrize(
    ("visits", "bor", "cbor"),
    [
        ([(60, "CR"), (120, "CR")], "CR", "CR"),
        ([(60, "CR"), (90, "NE"), (120, "CR")], "CR", "CR"),
        ([(60, "CR"), (120, "PR"), (180, "PR")], "CR", "PR"),
        ([(60, "CR"), (70, "NE"), (80, "NE"), (120, "CR")], "CR", "SD"),
        ([(60, "PR"), (120, "CR")], "CR", "PR"),
        ([(60, "PR"), (70, "CR"), (80, "PR"), (120, "PR")], "CR", "PR"),
        ([(20, "PR")], "PR", "NE"),
        ([(20, "PR"), (70, "PD")], "PR", "PD"),
        ([(20, "SD"), (70, "PD")], "PD", "PD"),
        ([(20, "SD")], "NE", "NE"),
        ([(60, "NE")], "NE", "NE"),
        ([(60, "SD"), (120, "PD"), (180, "CR"), (240, "PD")], "SD", "SD"),
        ([(60, "PR"), (100, "PR"), (140, "SD"), (180, "PR")], "PR", "PR"),
        ([(60, "PR"), (90, "NON-CR/NON-PD"), (120, "PR")], "PR", "SD"),
        ([(41, "SD")], "NE", "NE"),
        ([(42, "SD")], "SD", "SD"),
        ([(60, "NON-CR/NON-PD"), (120, "PD")], "NON-CR/NON-PD", "NON-CR/NON-PD"),
        ([], "MISSING", "MISSING"),
    ],
)
def test_rules(visits, bor, cbor):
    assert _best(visits) == {"BOR": bor, "CBOR": cbor}


def test_a_study_may_override_the_definitions_thresholds():
    assert _best([(20, "SD")], sd_min_days=0) == {"BOR": "SD", "CBOR": "SD"}
    assert _best([(60, "PR"), (80, "PR")], confirm_days=20) == {"BOR": "PR", "CBOR": "PR"}
    assert _best([(60, "PR")], confirm_days=0)["CBOR"] == "SD"
    assert _best([(60, "PR"), (80, "SD"), (120, "PR")], accept_sd_between=True)["CBOR"] == "PR"
    assert _best([(60, "PR"), (70, "NE"), (80, "NE"), (120, "PR")], max_ne=2)["CBOR"] == "PR"


def test_each_parameter_of_a_person():
    """After the first PD nothing counts; the first response, confirmed by the second, is dated once."""
    visits = [(60, "SD"), (90, "PR"), (130, "PR"), (180, "PD"), (240, "SD")]
    rows = Rows()
    survival_rows(rows, {"id": "P", "start": START, "a": [(START + timedelta(days=d), r) for d, r in visits]})
    adrs = run_rows(rows)["adrs"].with_columns(day=(pl.col("adt") - START).dt.total_days())
    assert sorted(adrs.select("paramcd", "day", "avalc", "is_analysed").rows()) == [
        ("BOR", 90, "PR", True),
        ("CBOR", 90, "PR", True),
        ("CRSP", 90, "PR", True),
        *(("OVR", day, said, day <= 180) for day, said in visits),
        ("RSP", 90, "PR", True),
    ]


def test_a_study_may_stop_at_the_first_new_therapy():
    rows = Rows()
    visits = [(START + timedelta(days=d), r) for d, r in ((60, "SD"), (100, "PR"), (150, "CR"))]
    survival_rows(rows, {"id": "P", "start": START, "a": visits, "nact": START + timedelta(days=100)})
    again = START + timedelta(days=200)
    rows.course("P", 3, "SORAFENIB", again, again)
    con = harmonise(rows)
    for stop, expected in ((True, "PR"), (False, "CR")):
        response = {"best": ["unconfirmed"], "stop_at_new_therapy": stop}
        adrs = run(con, tiny(response=response))["adrs"]
        assert adrs.filter(paramcd="BOR")["avalc"].to_list() == [expected]


def test_progression_known_only_after_the_cutoff_is_none_yet():
    """MR-O-09: a new lesion first seen on 2023-04-10 meets the criteria on 2023-06-12."""
    rows = Rows()
    mrecist_rows(rows, next(case for case in CASES if case["id"] == "MR-O-09"))
    con = harmonise(rows)
    before = run(con, tiny(definition="lencioni2010", cutoff="2023-06-11"))
    assert before["adrs"].filter(paramcd="OVR")["avalc"].to_list() == ["SD"]
    assert before["adtte"].filter(paramcd="PFS").select("adt", "cnsr").rows() == [(date(2023, 4, 10), 1)]
    after = run(con, tiny(definition="lencioni2010", cutoff="2023-06-12"))
    assert after["adtte"].filter(paramcd="PFS").select("adt", "cnsr").rows() == [(date(2023, 4, 10), 0)]


def _read(**readers: list[tuple[int, str]]) -> Rows:
    rows = Rows()
    survival_rows(rows, {"id": "P", "start": START, "a": []})
    days = sorted({day for visits in readers.values() for day, _ in visits})
    exams = {day: rows.exam("P", START + timedelta(days=day)) for day in days}
    for reader, visits in readers.items():
        for day, overall in visits:
            values = {"reader_id": reader, "criterion": "MRECIST", "assess_date": START + timedelta(days=day)}
            rows.add("response_assessment", "P", exam_no=exams[day], overall=overall, **values)
    return rows


@pytest.mark.parametrize(
    ("rule", "adjudicated", "expected"),
    [
        ("adjudicator_else_R1", [(60, "SD"), (120, "PD")], ("ADJ", ["SD", "PD"])),
        ("adjudicator_else_R1", [(120, "PD")], ("R1", ["PR", "SD"])),
        ("R2", [], ("R2", ["SD", "PD"])),
        ("earlier_pd", [], ("R2", ["SD", "PD"])),
        ("later_pd", [], ("R1", ["PR", "SD"])),
    ],
)
def test_one_reader_serves_a_course(rule, adjudicated, expected):
    rows = _read(R1=[(60, "PR"), (120, "SD")], R2=[(60, "SD"), (120, "PD")], ADJ=adjudicated)
    visits = run_rows(rows, tiny(reader=rule))["adrs"].filter(paramcd="OVR").sort("adt")
    assert (visits["reader_id"].unique().to_list(), visits["avalc"].to_list()) == ([expected[0]], expected[1])


def test_worst_of_a_day_counts():
    rows = Rows()
    survival_rows(rows, {"id": "P", "start": START, "a": []})
    for number, overall in enumerate(["PR", "PD", "NE"]):
        exam = rows.exam("P", date(2023, 3, 6), exam_no=str(number))
        values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": date(2023, 3, 6)}
        rows.add("response_assessment", "P", exam_no=exam, overall=overall, **values)
    assert run_rows(rows)["adrs"].filter(paramcd="OVR")["avalc"].to_list() == ["PD"]


@pytest.mark.parametrize(
    ("response", "visits"),
    [({}, ["PR", "PD"]), ({"pr_pct": "40.1"}, ["SD", "PD"]), ({"pd_abs_mm": 5}, ["PR", "SD"])],
)
def test_a_study_may_override_the_thresholds_of_a_visit(response, visits):
    """MR-O-04: 20, 12 and 15 mm. The published definitions in harmonised stay as they are."""
    rows = Rows()
    mrecist_rows(rows, next(case for case in CASES if case["id"] == "MR-O-04"))
    con = harmonise(rows)
    study = tiny(definition="lencioni2010", response={"best": ["unconfirmed"]} | response)
    assert run(con, study)["adrs"].filter(paramcd="OVR").sort("adt")["avalc"].to_list() == visits
    published = con.execute(
        "SELECT overall_response FROM harmonised.visit_response WHERE definition = 'lencioni2010' ORDER BY exam_date"
    ).fetchall()
    assert [row[0] for row in published] == ["PR", "PD"]
