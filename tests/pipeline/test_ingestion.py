"""A hospital's deliveries end to end: idempotent, in any order, gated, re-derived, incremental."""

from __future__ import annotations

import time

import pytest

from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.warehouse import warehouse
from tests.pipeline.hospital import content, deliver, make_site, records, state_rows


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home)
    return home


def statuses(result):
    return [delivery.status for delivery in result.deliveries]


def test_clean_rows_all_arrive_and_raise_no_error(home):
    rows = records(10)
    deliver(home, rows, "20240101")
    [delivery] = ingest_site(home, "AAA").deliveries
    assert delivery.status == "accepted"
    assert delivery.rows_by_table == {name: len(listed) for name, listed in rows.items()}
    assert state_rows(home, "AAA", "finding", "rule_id").count(("x",)) == 0
    assert [row for row in state_rows(home, "AAA", "finding", "severity, rule_id") if row[0] != "info"] == []


def test_the_same_files_twice_are_nothing_new_in_under_two_seconds(home):
    deliver(home, records(10), "20240101")
    ingest_site(home, "AAA")
    before = sorted(path for path in home.landing.rglob("*"))
    started = time.monotonic()
    result = ingest_site(home, "AAA")
    assert time.monotonic() - started < 2
    assert statuses(result) == ["unchanged"]
    assert not result.is_refused
    assert sorted(path for path in home.landing.rglob("*")) == before


def test_a_corrected_extract_closes_its_findings(home):
    rows = records(10)
    rows["treatment_course"][3]["end_date"] = "2020-01-01"
    deliver(home, rows, "20240101")
    ingest_site(home, "AAA")
    assert ("treatment_course.end_before_start", 5) in state_rows(home, "AAA", "finding", "rule_id, source_row")
    deliver(home, records(10), "20240102")
    assert statuses(ingest_site(home, "AAA")) == ["unchanged", "accepted"]
    assert state_rows(home, "AAA", "finding", "count(*) FILTER (severity = 'error')") == [(0,)]


def test_deliveries_in_any_order_and_twice_end_in_the_same_state(tmp_path):
    days = ["20240101", "20240102", "20240103"]
    sizes = {"20240101": 10, "20240102": 12, "20240103": 11}
    seen = set()
    for number, order in enumerate([days, days[::-1], ["20240102", "20240103", "20240101", "20240102"]]):
        home = Home(tmp_path / str(number)).create()
        make_site(home)
        for day in order:
            folder = home.inbox / "AAA" / f"delivery_{day}"
            if not folder.exists():
                deliver(home, records(sizes[day]), day)
            ingest_site(home, "AAA", [folder])
        with Ledger(home) as ledger:
            seen.add((ledger.current_state("AAA").state_hash, str(ledger.current_state("AAA").members)))
        assert len(state_rows(home, "AAA", "patient", "patient_id")) == 11
    assert len(seen) == 1


def test_a_delivery_half_its_usual_size_is_refused_and_the_one_before_stays(home):
    deliver(home, records(10), "20240101")
    deliver(home, records(5), "20240102")
    result = ingest_site(home, "AAA")
    assert statuses(result) == ["accepted", "refused"]
    assert result.is_refused
    assert "delivery.volume: patient: found 5, expected >= 60 % of 10" in result.deliveries[1].gate_reasons
    assert len(state_rows(home, "AAA", "patient", "patient_id")) == 10
    found = state_rows(home, "AAA", "finding", "rule_id, table_name, value, severity")
    assert ("delivery.volume", "patient", "5", "error") in found
    deliver(home, records(9), "20240103")
    assert statuses(ingest_site(home, "AAA")) == ["unchanged", "unchanged", "accepted"]
    assert state_rows(home, "AAA", "finding", "count(*) FILTER (rule_id = 'delivery.volume')") == [(0,)]


def test_a_delivery_with_too_many_bad_rows_is_refused(home):
    rows = records(10)
    for row in rows["treatment_course"][:3]:
        row["start_date"] = "03/07/2022"
    deliver(home, rows, "20240101")
    [delivery] = ingest_site(home, "AAA").deliveries
    assert delivery.status == "refused"
    assert delivery.gate_reasons == ["delivery.quarantined: treatment_course: found 30.0, expected <= 20 %"]
    assert state_rows(home, "AAA", "patient", "patient_id") == []


def test_a_rule_that_is_never_accepted_refuses_and_shows_its_row(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, never="patient.key.duplicate")
    rows = records(10)
    rows["patient"].append(rows["patient"][2] | {"sex": "F", "birth_year": 1930})
    deliver(home, rows, "20240101")
    assert statuses(ingest_site(home, "AAA")) == ["refused"]
    found = state_rows(home, "AAA", "finding", "rule_id, source_row")
    assert ("patient.key.duplicate", 12) in found
    assert ("delivery.never", None) in found


def test_an_exact_duplicate_is_no_error_and_does_not_refuse(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, never="patient.key.duplicate")
    rows = records(10)
    rows["patient"].append(rows["patient"][2])
    deliver(home, rows, "20240101")
    assert statuses(ingest_site(home, "AAA")) == ["accepted"]
    found = state_rows(home, "AAA", "finding", "rule_id, source_row, severity")
    assert ("patient.key.duplicate", 12, "info") in found


def test_a_refused_file_costs_its_tables_and_nothing_else(home):
    deliver(home, records(10), "20240101")
    ingest_site(home, "AAA")
    folder = deliver(home, records(11), "20240102")
    (folder / "lab.csv").write_bytes(b"")
    result = ingest_site(home, "AAA")
    [(file, reason, sentence)] = result.deliveries[1].refused_files
    assert (file, reason) == ("lab.csv", "empty")
    assert "lab.csv" in sentence and result.is_refused
    assert len(state_rows(home, "AAA", "patient", "patient_id")) == 11
    assert len(state_rows(home, "AAA", "lab", "row_id")) == 30
    assert ("file.empty", "lab.csv") in state_rows(home, "AAA", "finding", "rule_id, source_file")


def test_a_file_that_did_not_arrive_is_a_finding(home):
    deliver(home, records(10), "20240101", only={"patient"})
    deliver(home, records(10), "20240102", only={"patient", "lab"})
    result = ingest_site(home, "AAA")
    assert statuses(result) == ["accepted", "accepted"]
    assert len(state_rows(home, "AAA", "lab", "row_id")) == 30


def test_a_mended_site_file_derives_what_was_delivered_again(home):
    rows = records(10)
    for row in rows["patient"]:
        row["etiology"] = "B형간염"
    deliver(home, rows, "20240101")
    assert statuses(ingest_site(home, "AAA")) == ["accepted"]
    assert state_rows(home, "AAA", "patient", "DISTINCT etiology") == [(None,)]
    make_site(home, more="tables: {patient: {codes: {etiology: {B형간염: HBV}}}}")
    assert statuses(ingest_site(home, "AAA")) == ["accepted"]
    assert state_rows(home, "AAA", "patient", "DISTINCT etiology") == [("HBV",)]
    with Ledger(home) as ledger:
        assert len({row.mapping for row in ledger.derivations("AAA")}) == 2


def test_incremental_extracts_upsert_and_delete(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, extract="incremental")
    rows = records(10)
    deliver(home, rows, "20240101")
    changed = rows["followup_event"][2] | {"event_date": "2023-12-01"}
    deliver(
        home,
        {
            "patient": [rows["patient"][0] | {"etiology": "HCV"}, {"patient_id": "P009", "_op": "D"}],
            "followup_event": [changed],
        },
        "20240102",
    )
    assert statuses(ingest_site(home, "AAA")) == ["accepted", "accepted"]
    patients = dict(state_rows(home, "AAA", "patient", "patient_id, etiology"))
    assert len(patients) == 9 and "P009" not in patients
    assert (patients["P000"], patients["P001"]) == ("HCV", "HBV")
    assert len(state_rows(home, "AAA", "followup_event", "row_id")) == 10  # 9 patients, one with two contacts
    late = state_rows(home, "AAA", "finding", "DISTINCT rule_id")
    assert ("treatment_course.parent.missing",) in late  # a patient deleted alone leaves rows of nobody


def test_a_masked_cell_is_told_as_long_as_its_row_is_in_force(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, extract="incremental", more="on_identifier: mask")
    rows = records(4)
    [told, clean, other] = rows["administration"][:3]
    rows["administration"][0] = told | {"interrupted": "Y", "interruption_reason": "call 010-0000-1234"}
    found = []
    deliver(home, rows, "20240101")
    for day, row in (("20240102", other | {"dose": 810}), ("20240103", told), ("20240104", clean | {"dose": 790})):
        deliver(home, {"administration": [row]}, day)
    for day in ("20240101", "20240102", "20240103", "20240104"):
        ingest_site(home, "AAA", [home.inbox / "AAA" / f"delivery_{day}"])
        masked = state_rows(home, "AAA", "finding", "rule_id, source_row")
        found.append([row for row in masked if row[0] == "patient.identifier_in_text"])
    assert found == [[("patient.identifier_in_text", 2)]] * 2 + [[], []]


def test_an_older_delivery_that_no_longer_fits_a_changed_site_file_stays_as_it_was(home):
    make_site(home, more="tables: {patient: {ignore: [note]}}")
    old = deliver(home, records(10), "20240101") / "patient.csv"
    old.write_text("\n".join(f"{line},{'x' if n else 'note'}" for n, line in enumerate(old.read_text().splitlines())))
    assert statuses(ingest_site(home, "AAA")) == ["accepted"]
    make_site(home)
    deliver(home, records(10), "20240102")
    assert statuses(ingest_site(home, "AAA")) == ["unchanged", "accepted"]
    with Ledger(home) as ledger:
        assert len({row.mapping for row in ledger.derivations("AAA")}) == 2


def test_a_column_gone_stops_the_hospital_and_changes_nothing(home):
    deliver(home, records(10), "20240101")
    ingest_site(home, "AAA")
    folder = deliver(home, records(10), "20240102")
    path = folder / "patient.csv"
    path.write_text(path.read_text().replace("birth_year", "year_of_birth", 1))
    with pytest.raises(UsageError, match="year_of_birth"):
        ingest_site(home, "AAA")
    assert len(state_rows(home, "AAA", "patient", "patient_id")) == 10


def test_hospital_numbers_are_in_no_file_but_the_original(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home)
    site = home.sites / "AAA" / "site.yaml"
    site.write_text(site.read_text().replace("patient_ids: study", "patient_ids: hospital"))
    deliver(home, records(10, prefix="HN77"), "20240101")
    ingest_site(home, "AAA")
    harmonise(home)
    for path in home.root.rglob("*"):
        if path.is_file() and "original" not in path.parts and "inbox" not in path.parts:
            assert b"HN77003" not in path.read_bytes(), path
    assert len(state_rows(home, "AAA", "patient", "patient_id")) == 10


def test_one_unreadable_cell_is_one_finding_however_many_rows_it_makes(home):
    one = "{file: exams.csv, columns: {patient_id: patient_id, exam: exam_no, date: %s}, constants: {%s}, %s}"
    exam = one % ("exam_date", "modality: CT", "ignore: [size], unavailable: {phase_complete: no}")
    lesion = (
        "{file: exams.csv, columns: {patient_id: patient_id, exam: exam_no, size: viable_mm}, ignore: [date], "
        "constants: {reader_id: R1, lesion_id: T1, role: TARGET, organ: LIVER, status: EVALUABLE}, "
        "unavailable: {nontarget_status: targets only}}"
    )
    assessed = (
        "{file: exams.csv, columns: {patient_id: patient_id, exam: exam_no, date: assess_date}, ignore: [size], "
        "constants: {reader_id: R1, criterion: MRECIST, overall: SD}}"
    )
    make_site(
        home, more=f"tables: {{imaging_visit: {exam}, lesion_measurement: {lesion}, response_assessment: {assessed}}}"
    )
    site = home.sites / "AAA" / "site.yaml"
    site.write_text(site.read_text().replace("response_assessment: not kept, ", ""))
    rows = records(10)
    del rows["imaging_visit"], rows["lesion_measurement"]
    folder = deliver(home, rows, "20240101")
    lines = [f"P{number:03d},E1,2023-01-01,50" for number in range(10)]
    lines[4] = "P004,E1,2023.02.30,50"
    (folder / "exams.csv").write_text("\n".join(["patient_id,exam,date,size", *lines]) + "\n")
    [delivery] = ingest_site(home, "AAA").deliveries
    counts = [delivery.rows_by_table[name] for name in ("imaging_visit", "lesion_measurement", "response_assessment")]
    assert counts == [9, 9, 9]
    errors = [row for row in state_rows(home, "AAA", "finding", "rule_id, source_row, severity") if row[2] == "error"]
    assert errors == [("imaging_visit.exam_date.date", 6, "error"), ("imaging_visit.parent.quarantined", 6, "error")]


def test_two_hospitals_that_share_a_person(home):
    make_site(home, "BBB")
    here, there = records(4), records(4, prefix="Q")
    for row in there["patient"]:
        row["height_cm"] = 165
    there["patient"][0]["link_key"] = here["patient"][0]["link_key"]
    here["followup_event"].append(
        {"patient_id": "P000", "event_type": "DEATH", "event_date": "2023-03-20", "source": "EMR"}
    )
    here["followup_event"].pop(0)
    there["followup_event"][0]["event_date"] = "2023-06-01"
    deliver(home, here, "20240101")
    deliver(home, there, "20240101", "BBB")
    ingest_site(home, "AAA")
    ingest_site(home, "BBB")
    first = harmonise(home)
    with warehouse.published(home) as con:
        found = con.execute(
            "SELECT site_id, rule_id, source_row, severity FROM quality.finding "
            "WHERE rule_id IN ('patient.same_person', 'followup_event.death_elsewhere') ORDER BY ALL"
        ).fetchall()
        assert con.execute("SELECT count(*), count(birth_date) FROM validated.patient").fetchall() == [(8, 0)]
        assert con.execute("SELECT DISTINCT snapshot_id FROM quality.snapshot_member").fetchall() == [
            (first.snapshot_id,)
        ]
    assert found == [
        ("AAA", "followup_event.death_elsewhere", 5, "error"),
        ("AAA", "patient.same_person", 2, "info"),
        ("BBB", "patient.same_person", 2, "info"),
    ]


def test_harmonising_the_same_snapshot_again_gives_the_same_relations(home):
    deliver(home, records(6), "20240101")
    ingest_site(home, "AAA")
    first = harmonise(home)
    relations = content(home.warehouse)
    assert harmonise(home).snapshot_id == first.snapshot_id
    assert content(home.warehouse) == relations == content(home.published / "warehouse.duckdb")


def test_nothing_delivered_yet_says_what_to_do(home):
    with pytest.raises(UsageError, match="haic ingest"):
        harmonise(home)


def test_an_unwritable_ledger_is_one_sentence_and_nothing_is_lost(home):
    deliver(home, records(4), "20240101")
    home.ledger.mkdir()
    with pytest.raises(HaicError, match="ledger"):
        ingest_site(home, "AAA")
    home.ledger.rmdir()
    assert statuses(ingest_site(home, "AAA")) == ["accepted"]
