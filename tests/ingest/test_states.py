"""The merged state: what replaces what, what stays in force, and the rules across tables."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from haicplatform.core.settings import Home
from haicplatform.ingest.state import site_state
from tests.pipeline.rows import PATIENT, course, day, derived, dose


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


def build(home, members, is_incremental=False):
    counting = site_state.contributing(members, is_incremental)
    identity = site_state.state_hash("AAA", counting, is_incremental)
    return site_state.build(home, "AAA", identity, counting, is_incremental)


def rows(state, table, columns):
    path = state / "validated" / f"{table}.parquet"
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY ALL").fetchall()


def found(state, columns="rule_id, source_row", where="true"):
    path = state / "findings.parquet"
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') WHERE {where} ORDER BY ALL").fetchall()


def patient(name, **more):
    return PATIENT | {"patient_id": name} | more


def test_a_full_extract_replaces_the_tables_it_delivered_whole_and_no_other(home, tmp_path):
    first = derived(
        tmp_path, "d1", {"patient": [patient("a"), patient("b")], "treatment_course": [course("a", "2023-01-02")]}
    )
    second = derived(tmp_path, "d2", {"patient": [patient("a")]}, whole={"patient"})
    state = build(home, [first, second])
    assert rows(state, "patient", "patient_id, delivery_id") == [("a", "d2")]
    assert rows(state, "treatment_course", "patient_id, delivery_id") == [("a", "d1")]


def test_an_extract_that_contributes_nothing_more_leaves_the_state_as_it_is(tmp_path):
    old = derived(tmp_path, "d0", {"patient": [patient("z")]})
    new = derived(tmp_path, "d1", {"patient": [patient("a")]})
    late = site_state.contributing([old, new], False)
    assert site_state.state_hash("AAA", late, False) == site_state.state_hash("AAA", [new], False)


def test_incremental_extracts_upsert_and_delete_by_key(home, tmp_path):
    first = derived(tmp_path, "d1", {"patient": [patient("a"), patient("b"), patient("c")]})
    second = derived(
        tmp_path,
        "d2",
        {"patient": [patient("b", birth_year=1955), patient("d")]},
        deleted={"patient": [{"patient_id": "c"}]},
    )
    third = derived(tmp_path, "d3", {"patient": [patient("c", birth_year=1950)]})
    state = build(home, [first, second], True)
    assert rows(state, "patient", "patient_id, birth_year") == [("a", 1960), ("b", 1955), ("d", 1960)]
    state = build(home, [first, second, third], True)
    assert rows(state, "patient", "patient_id, birth_year") == [("a", 1960), ("b", 1955), ("c", 1950), ("d", 1960)]


def test_an_update_that_fails_leaves_the_earlier_row_in_force_marked_stale(home, tmp_path):
    first = derived(tmp_path, "d1", {"patient": [patient("a")]})
    failed = derived(
        tmp_path,
        "d2",
        {},
        quarantined={"patient": [patient("a", sex=None)]},
        found=[("patient.sex.missing", "patient", "sex", 100, "error")],
    )
    state = build(home, [first, failed], True)
    assert rows(state, "patient", "patient_id, sex, delivery_id") == [("a", "M", "d1")]
    assert found(state, "rule_id, delivery_id, source_row") == [
        ("patient.key.stale", "d1", 2),
        ("patient.sex.missing", "d2", 100),
    ]
    mended = derived(tmp_path, "d3", {"patient": [patient("a", sex="F")]})
    state = build(home, [first, failed, mended], True)
    assert rows(state, "patient", "sex") == [("F",)]
    assert found(state) == []


def test_rows_of_nobody_are_quarantined_with_the_hospitals_own_header(home, tmp_path):
    delivery = derived(
        tmp_path,
        "d1",
        {
            "patient": [patient("a")],
            "treatment_course": [course("a", "2023-01-02"), course("ghost", "2023-01-02")],
            "administration": [dose("a", "2023-01-02", "800"), dose("a", "2023-01-02", "800", course=9)],
        },
    )
    state = build(home, [delivery])
    assert rows(state, "treatment_course", "patient_id") == [("a",)]
    assert rows(state, "administration", "course_no") == [(1,)]
    assert found(state, "rule_id, source_row, source_column, value, severity") == [
        ("administration.parent.missing", 3, "차수", "9", "error"),
        ("treatment_course.parent.missing", 3, "환자번호", None, "error"),
    ]


def test_children_of_a_refused_parent_are_held_back_under_one_finding(home, tmp_path):
    delivery = derived(
        tmp_path,
        "d1",
        {
            "patient": [patient("a")],
            "treatment_course": [course("b", "2023-01-02")],
            "administration": [dose("b", "2023-01-02", "800"), dose("b", "2023-01-03", "800")],
        },
        quarantined={"patient": [patient("b", sex=None)]},
        found=[("patient.sex.missing", "patient", "sex", 100, "error")],
    )
    state = build(home, [delivery])
    assert rows(state, "administration", "row_id") == rows(state, "treatment_course", "row_id") == []
    assert found(state) == [("patient.parent.quarantined", 100), ("patient.sex.missing", 100)]
    assert "3" in found(state, "message_en", "rule_id = 'patient.parent.quarantined'")[0][0]


def test_children_wait_without_blame_where_their_parents_file_was_refused(home, tmp_path):
    delivery = derived(tmp_path, "d1", {"treatment_course": [course("a", "2023-01-02")]}, whole={"treatment_course"})
    state = build(home, [delivery])
    assert rows(state, "treatment_course", "row_id") == found(state) == []


def story(tmp_path, **tables):
    base = {"patient": [patient("a")], "treatment_course": [course("a", "2023-01-02")]}
    return derived(tmp_path, "d1", base | tables)


def event(kind, on):
    return {"patient_id": "a", "event_type": kind, "event_date": on, "source": "EMR"}


@pytest.mark.parametrize(
    ("death", "contact", "expected"),
    [
        ("2023-05-01", "2023-05-01", []),
        ("2023-05-01", "2023-05-02", [("followup_event.contact_after_death", 3, "info")]),
        ("2023-05-01", "2023-05-08", [("followup_event.contact_after_death", 3, "info")]),
        ("2023-05-01", "2023-05-09", [("followup_event.death_before_last_evidence", 2, "error")]),
        ("2023-05", "2023-05-28", []),
        ("2023-05", "2023-06-09", [("followup_event.death_before_last_evidence", 2, "error")]),
        ("2023", "2023-12-09", []),
    ],
)
def test_a_contact_after_death_is_asked_about_and_the_death_is_kept(home, tmp_path, death, contact, expected):
    state = build(home, [story(tmp_path, followup_event=[event("DEATH", death), event("LAST_CONTACT", contact)])])
    assert found(state, "rule_id, source_row, severity") == expected
    assert len(rows(state, "followup_event", "row_id")) == 2


def test_a_scan_long_after_death_is_an_error_on_the_death(home, tmp_path):
    exam = {"patient_id": "a", "exam_no": "1", "exam_date": day("2023-06-01"), "modality": "CT"}
    state = build(home, [story(tmp_path, followup_event=[event("DEATH", "2023-05-01")], imaging_visit=[exam])])
    assert found(state, "rule_id, source_column, severity, value") == [
        ("followup_event.death_before_last_evidence", "일자", "error", "2023-05-01")
    ]


@pytest.mark.parametrize(
    ("mg", "drug", "is_found"),
    [
        ("800", "5FU", False),
        ("880", "5FU", False),
        ("880.01", "5FU", True),
        ("719.99", "5FU", True),
        ("105.61", "CISPLATIN", True),
        ("96", "CISPLATIN", False),
        ("1200", "OTHER", False),
    ],
)
def test_a_dose_more_than_a_tenth_off_the_plan_is_asked_about(home, tmp_path, mg, drug, is_found):
    on = "2023-01-03" if drug == "CISPLATIN" else "2023-01-02"
    state = build(home, [story(tmp_path, administration=[dose("a", on, mg, drug)])])
    assert found(state, "rule_id, source_column") == [("administration.dose_off_plan", "용량")] * is_found


@pytest.mark.parametrize(("row", "place"), [(77, (77, "AMOUNT")), (None, (2, None))])
def test_a_rule_across_tables_points_at_the_own_row_of_a_pivoted_value(home, tmp_path, row, place):
    delivery = story(tmp_path, administration=[dose("a", "2023-01-02", "880.01")])
    path = delivery.folder / "validated" / "administration.parquet"
    said = (pl.lit("AMOUNT").alias("dose__from"), pl.lit(row, dtype=pl.Int64).alias("dose__row"))
    pl.read_parquet(path).with_columns(said).write_parquet(path)
    assert found(build(home, [delivery]), "source_row, source_column") == [place]


def test_fluorouracil_on_day_four_is_asked_about(home, tmp_path):
    days = [dose("a", f"2023-01-0{number}", "800") for number in (2, 3, 4, 5)]
    state = build(home, [story(tmp_path, administration=days)])
    assert found(state, "rule_id, source_row, source_column") == [("administration.fu_outside_days_1_3", 5, "투여일")]


@pytest.mark.parametrize(
    ("diagnosed", "is_found"), [("2023-01-03", True), ("2023-01-02", False), ("2023-01", False), ("2023-02", True)]
)
def test_haic_before_the_diagnosis_is_asked_about(home, tmp_path, diagnosed, is_found):
    state = build(
        home, [story(tmp_path, diagnosis=[{"patient_id": "a", "hcc_dx_date": diagnosed, "dx_basis": "IMAGING"}])]
    )
    assert found(state, "rule_id") == [("treatment_course.haic_before_diagnosis",)] * is_found


# organ of each target of one examination, and the rows (header is row 1) beyond 2 in an organ or 5 in all
TARGETS = [
    (("LIVER", "LIVER"), []),
    (("LIVER", "LIVER", "LIVER"), [4]),
    (("LIVER", "LIVER", "LUNG", "LUNG", "BONE"), []),
    (("LIVER", "LIVER", "LUNG", "LUNG", "BONE", "ADRENAL"), [7]),
    (("LIVER", "NODE_OTHER", "NODE_OTHER", "NODE_OTHER"), [5]),
]


@pytest.mark.parametrize(("organs", "beyond"), TARGETS)
def test_more_targets_than_recist_allows_are_told_once_a_reader(home, tmp_path, organs, beyond):
    exams = [
        {"patient_id": "a", "exam_no": str(no), "exam_date": day(f"2023-0{no}-01"), "modality": "CT"} for no in (1, 2)
    ]
    lesions = [
        {"patient_id": "a", "exam_no": no, "reader_id": "R1", "lesion_id": f"T{number}", "role": role, "organ": organ}
        | {"status": "EVALUABLE", "viable_mm": 20, "short_axis_mm": 20}
        for no, role in (("1", "TARGET"), ("2", "TARGET"))
        for number, organ in enumerate(organs)
    ]
    lesions.append(lesions[0] | {"lesion_id": "N", "role": "NONTARGET", "nontarget_status": "IRSD"})
    state = build(home, [story(tmp_path, imaging_visit=exams, lesion_measurement=lesions)])
    where = "rule_id = 'lesion_measurement.too_many_targets'"
    assert found(state, "source_row, severity", where) == [(row, "info") for row in beyond]
    assert len(rows(state, "lesion_measurement", "row_id")) == len(lesions)
    of_nodes = organs.count("NODE_OTHER") > 2
    columns = {("short_axis_mm" if of_nodes else "viable_mm",)}
    assert set(found(state, "column_name", where)) == (columns if beyond else set())
