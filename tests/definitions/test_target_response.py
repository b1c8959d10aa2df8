"""Target and overall response: boundaries, nodes, precedence and the tables of combinations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
SIZES = {
    # who: sums at the baseline and after, then (lencioni2010, seed2024, abs5) of the last exam
    "PR_30": ((100, 70), ("PR", "SD", "PR")),
    "PR_29.99": ((100, 70.01), ("SD", "SD", "SD")),
    "PD_20": ((100, 120), ("PD", "SD", "PD")),
    "PD_19.99": ((100, 119.99), ("SD", "SD", "SD")),
    "PD_20.01": ((100, 120.01), ("PD", "PD", "PD")),
    "PR_30.01": ((100, 69.99), ("PR", "PR", "PR")),
    "PR_30_FROM_BASELINE": ((100, 60, 70), ("PR", "SD", "PR")),
    "PD_4.99": ((20, 24.99), ("PD", "PD", "SD")),
    "PD_5": ((20, 25), ("PD", "PD", "PD")),
    "PD_0.4_MM": ((2, 2.4), ("PD", "SD", "SD")),
    "PD_0.5_MM": ((2, 2.5), ("PD", "PD", "SD")),
    "KEPT_CR": ((50, 0, 0), ("CR", "CR", "CR")),
    "BACK_4": ((50, 0, 4), ("PD", "PD", "PR")),
    "BACK_5": ((50, 0, 5), ("PD", "PD", "PD")),
    "PD_BEFORE_PR": ((100, 40, 60), ("PD", "PD", "PD")),
    "HUNDREDTHS": ((33.33, 39.99), ("SD", "SD", "SD")),
}
NODES = {
    # short axis of a nodal target at the baseline and after, liver target after: expected
    "NODE_9.99": ((18, 9.99), 0, "CR"),
    "NODE_10": ((18, 10), 0, "PR"),
    "NODE_GROWS_IN_CR": ((18, 8, 9.9), 0, "CR"),
}
PARTED = {
    # targets A 30 and B 20 at the baseline; what the reader writes when A splits or both merge: sum, response
    "SPLIT_SUMMED": ({"A": "17.99", "B": 20}, ("37.99", "SD")),  # A's fragments of 10 and 7.99 together under its name
    "SPLIT_PD": ({"A": 40, "B": 20}, ("60", "PD")),
    "SPLIT_NAMED": ({"A": None, "B": 20, "A1": 10, "A2": 8}, (None, "NE")),  # names that the baseline does not have
    "MERGED_PD": ({"A": 60, "B": "ABSENT"}, ("60", "PD")),  # the longest of the mass under A
    "MERGED_SD": ({"A": "59.99", "B": "ABSENT"}, ("59.99", "SD")),
    "MERGED_UNSAID": ({"A": 45, "B": None}, (None, "NE")),
}
NONTARGET = {
    # liver target after 50, non-targets after, expected overall
    "CR_CR": (0, ("CR",), "CR"),
    "CR_IRSD": (0, ("CR", "IRSD"), "PR"),
    "CR_NE": (0, ("NE",), "PR"),
    "CR_UNREAD": (0, (None,), "PR"),
    "PR_NE": (30, ("NE",), "PR"),
    "SD_IRSD": (50, ("IRSD",), "SD"),
    "SD_PD": (50, ("IRSD", "PD"), "PD"),
    "NE_IRSD": (None, ("IRSD",), "NE"),
    "NE_PD": (None, ("PD",), "PD"),
    "PD_CR": (70, ("CR",), "PD"),
    "NONE_CR": ("none", ("CR",), "CR"),
    "NONE_IRSD": ("none", ("CR", "IRSD"), "NON-CR/NON-PD"),
    "NONE_NE": ("none", ("CR", "NE"), "NE"),
    "NONE_PD": ("none", ("PD",), "PD"),
}


@pytest.fixture(scope="module")
def con():
    rows = Rows()

    def begin(who):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START)

    def exam(who, number):
        return rows.exam(who, START + timedelta(60 * number))

    for who, (sizes, _) in SIZES.items():
        begin(who)
        for number, size in enumerate(sizes):
            rows.targets(who, exam(who, number), {"A": size})
    begin("LEFT")
    for number, (first, second) in enumerate(((30, 30), (0, 0), (0, None))):
        rows.targets("LEFT", exam("LEFT", number), {"A": first, "B": second})
    for who, (axes, liver, _) in NODES.items():
        begin(who)
        for number, axis in enumerate(axes):
            exam_no = exam(who, number)
            rows.targets(who, exam_no, {"A": liver if number else 30})
            rows.lesion(who, exam_no, "LN", "TARGET", organ="NODE_OTHER", short_axis_mm=axis)
    for who, (after, _) in PARTED.items():
        begin(who)
        rows.targets(who, exam(who, 0), {"A": 30, "B": 20})
        exam_no = exam(who, 1)
        rows.targets(who, exam_no, {name: size for name, size in after.items() if size != "ABSENT"})
        for name in (name for name, size in after.items() if size == "ABSENT"):
            rows.lesion(who, exam_no, name, "TARGET", status="ABSENT", viable_mm=0)
    for who, (size, others, _) in NONTARGET.items():
        begin(who)
        for number in (0, 1):
            exam_no = exam(who, number)
            if size != "none":
                rows.targets(who, exam_no, {"A": size if number else 50})
            for name, status in enumerate(others):
                if not number or status:
                    written = status if number else "IRSD"
                    rows.lesion(who, exam_no, f"NT{name}", "NONTARGET", organ="PV", nontarget_status=written)
    return harmonise(rows)


def last(con, who, column, definition="lencioni2010"):
    return con.execute(
        f"SELECT arg_max({column}, exam_date) FROM harmonised.visit_response WHERE patient_id = ? AND definition = ?",
        [who, definition],
    ).fetchone()[0]


def test_what_is_left_of_a_complete_response_is_no_progression(con):
    assert last(con, "LEFT", "target_response") == "NE"


@pytest.mark.parametrize("who", SIZES)
def test_thresholds(con, who):
    variants = ("lencioni2010", "seed2024", "abs5")
    assert tuple(last(con, who, "target_response", variant) for variant in variants) == SIZES[who][1]
    assert last(con, who, "target_response", "nobackdate") == SIZES[who][1][0]


@pytest.mark.parametrize("who", NODES)
def test_nodes_under_10_mm_are_gone(con, who):
    assert last(con, who, "target_response") == NODES[who][2]


@pytest.mark.parametrize("who", NONTARGET)
def test_overall(con, who):
    assert last(con, who, "overall_response") == NONTARGET[who][2]


@pytest.mark.parametrize("who", PARTED)
def test_a_target_that_split_or_merged(con, who):
    size, response = PARTED[who][1]
    found = last(con, who, "sum_mm") if size else None
    assert (None if found is None else float(found), last(con, who, "target_response")) == (
        None if size is None else float(size),
        response,
    )
