"""A patient's story: every reason comes from the relations, every line from rows that a hospital delivered."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from harness import Rows, harmonise, mrecist_rows, yaml_cases
from tiny_study import TINY, store, tiny

from haicplatform.core.errors import UsageError
from haicplatform.core.identifiers import hash_id
from haicplatform.core.settings import Home
from haicplatform.lineage.explain import explain
from haicplatform.lineage.explain.narrative import Source, places

CASES = {case["id"]: case for case in yaml_cases("mrecist")}
TOLD = ("MR-O-01", "MR-O-05", "MR-O-07", "MR-O-09", "MR-O-11", "MR-O-13", "MR-O-16", "MR-O-21", "MR-O-24", "MR-O-25")
NOT_CONFIRMED = "not confirmed: no CR or PR 28 days or more later and before a progression"


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for name in TOLD:
        mrecist_rows(rows, CASES[name])
    rows.patient("W", link_key="K1")
    rows.patient("V", site_id="S02", link_key="K1")
    rows.course("W", 1, "ATE_BEVA", date(2023, 1, 2), date(2023, 3, 1), "PD")
    rows.course("V", 1, "HAIC_FP", date(2023, 4, 3), date(2023, 6, 1), site_id="S02")
    # one reader at two hospitals, each with its own baseline, and an exam on which nothing could be measured
    for site, sizes in (("S01", (50, 30)), ("S02", (60, None))):
        who = {"S01": "W", "S02": "V"}[site]
        for day, size in zip((date(2023, 4, 3), date(2023, 5, 29)), sizes, strict=True):
            rows.targets(who, rows.exam(who, day, site_id=site), {"A": size}, site_id=site)
    rows.add("response_assessment", "W", exam_no="2023-05-29", reader_id="R1", criterion="MRECIST",
             assess_date=date(2023, 5, 29), overall="PR")  # fmt: skip
    # ate-beva without progression; and both criteria recorded of one exam
    rows.patient("X")
    rows.course("X", 1, "ATE_BEVA", date(2023, 1, 2), date(2023, 2, 1), "TOXICITY")
    rows.course("X", 2, "HAIC_FP", date(2023, 4, 3), date(2023, 6, 1))
    for day, size in ((date(2023, 4, 3), 50), (date(2023, 5, 29), 30)):
        rows.targets("X", rows.exam("X", day), {"A": size})
    for criterion, overall in (("MRECIST", "SD"), ("RECIST11", "PR")):
        rows.add("response_assessment", "X", exam_no="2023-05-29", reader_id="R1", criterion=criterion,
                 assess_date=date(2023, 5, 29), overall=overall)  # fmt: skip
    con = harmonise(rows)
    dor = {"label": "Duration", "label_ko": "반응지속기간", "start": "confirmed_response", "events": ["death"]}
    study = tiny(
        definition="lencioni2010",
        endpoints=TINY["endpoints"] | {"DOR": dor | {"censor": ["last_contact"]}},
        exclude=[one | {"label": "Stopped otherwise", "label_ko": "진행 없이 중단"} for one in TINY["exclude"]],
    )
    store(con, study)
    return con


def told(con, patient: str, **more) -> str:
    return explain(con, f"S01:{patient}", **more).as_text()


def line(text: str, start: str) -> str:
    """The line that starts so, with what is indented below it."""
    lines = text.splitlines()
    first = next(number for number, one in enumerate(lines) if one.strip().startswith(start))
    depth = len(lines[first]) - len(lines[first].lstrip())
    found = [lines[first].strip()]
    for one in lines[first + 1 :]:
        if len(one) - len(one.lstrip()) <= depth:
            break
        found.append(one.strip())
    return "\n".join(found)


def test_a_back_dated_progression_names_the_scan_that_showed_it(con):
    text = told(con, "MR-O-09")
    assert line(text, "2023-04-10  PD") == "\n".join(
        [
            "2023-04-10  PD (day 63, exam 2023-04-10 at S01, reader R1)",
            "targets SD: sum 45 mm (A 45); −10.0 % from the baseline of 50 mm (PR is a fall of 30 % or more), "
            "−10.0 % from the smallest sum so far, 50 mm (PD is a rise of 20 % or more)",
            "new lesion N1 (liver): 10 mm or more with arterial enhancement and washout on 2023-06-12, "
            "first seen on 2023-04-10 (2023-04-10 8 mm typical; 2023-06-12 14 mm typical)",
            "without the new lesion it would be SD",
            "back-dated: this PD was known only from the scan of 2023-06-12",
            "[S01, lesion_measurement.csv, rows 23, 25-26]",
        ]
    )
    assert "known from the scan of 2023-06-12" in line(text, "2023-04-10  progression of this course, read by R1")


def test_without_back_dating_the_same_scan_is_no_progression(con):
    text = told(con, "MR-O-09", definition="nobackdate")
    assert line(text, "2023-04-10").startswith("2023-04-10  SD")
    assert "2023-06-12  progression of this course, read by R1" in text


def test_a_response_broken_by_sd_says_so(con):
    text = told(con, "MR-O-25", study_id="tiny")
    assert (
        "not confirmed: SD on 2022-06-07 breaks it before the next response, of 2022-08-09; counts as SD"
        in line(text, "2022-04-05  PR on day 63")
    )  # fmt: skip
    assert f"{NOT_CONFIRMED}; counts as SD" in line(text, "2022-08-09  PR on day 189")
    assert (
        "best response, CR and PR only if confirmed: SD" in text and "best response, no confirmation asked: PR" in text
    )


@pytest.mark.parametrize(
    ("case", "start", "reason"),
    [
        ("MR-O-01", "2023-03-07  PR on", "confirmed by the response of 2023-04-04, 28 days or more later"),
        ("MR-O-21", "2023-05-07  PR on", f"{NOT_CONFIRMED}; counts as SD"),
        (
            "MR-O-24",
            "2022-03-15  PR on",
            "not confirmed: more than 1 NE before the response of 2022-06-07; counts as SD",
        ),
    ],
)
def test_why_a_response_is_confirmed_or_not(con, case, start, reason):
    assert reason in line(told(con, case, study_id="tiny"), start)


def test_other_reasons(con):
    assert "non-targets PD: unequivocal progression" in line(told(con, "MR-O-07"), "2023-03-07  PD")
    assert "B not measurable" in line(told(con, "MR-O-13"), "2022-12-05  NE")
    assert "lesion N1 (liver), called new by R1, is no progression: it never met the criteria" in told(con, "MR-O-11")


def test_enhancement_after_a_sum_of_0_is_progression_at_any_size(con):
    reason = "targets PD: sum 11 mm (A 11, B 0); enhancing again after a sum of 0 mm: PD at any size"
    assert reason in line(told(con, "MR-O-05"), "2022-10-11  PD")
    assert "PD at 5 mm or more" in line(told(con, "MR-O-05", definition="abs5"), "2022-10-11  PD")


def test_the_definition_is_said_in_words(con):
    assert (
        "lencioni2010: PR is a fall of 30 % or more from the baseline, PD a rise of 20 % or more from the smallest"
        in (told(con, "MR-O-01").splitlines()[1])
    )
    text = told(con, "MR-O-01", definition="nobackdate").splitlines()[1]
    assert text.endswith("a new lesion counts from the scan on which it met the criteria")


def test_each_hospitals_exams_have_their_own_baseline(con):
    text = told(con, "W")
    assert "for the exams that were read at S01" in line(
        text, "2023-04-03  baseline, on the day of the start (exam 2023-04-03 at S01"
    )
    assert "for the exams that were read at S02" in line(
        text, "2023-04-03  baseline, on the day of the start (exam 2023-04-03 at S02"
    )
    assert "2023-05-29  PR (day 56, exam 2023-05-29 at S01, reader R1); the hospital recorded the same" in text
    assert "targets NE: none of them could be measured" in line(text, "2023-05-29  NE (day 56")
    assert "for the exams" not in told(con, "MR-O-01")


def test_exams_after_the_progression_are_told_in_one_line(con):
    text = told(con, "MR-O-16")
    assert "2022-09-13  PD (day 252" in text and "2022-11-15  PR" not in text
    assert line(text, "2022-11-15") == (
        "2022-11-15  1 later exam read by R1, on 2022-11-15: after the progression of this course, so not part of its "
        "response\n"
        "[S01, lesion_measurement.csv, rows 55-56]"
    )  # fmt: skip


def test_a_threshold_of_the_studys_own_is_said(con):
    con.execute("UPDATE analysis.definition SET pr_pct = 25")
    try:
        text = told(con, "MR-O-01", study_id="tiny")
    finally:
        con.execute("UPDATE analysis.definition SET pr_pct = 30")
    assert "the study sets pr_pct (shrinkage for PR, %) to 25.00 instead of 30.00 (lencioni2010)" in text
    assert "the study sets" not in told(con, "MR-O-01", study_id="tiny")


def test_an_endpoint_has_its_reason_and_its_row(con):
    pfs = line(told(con, "MR-O-09", study_id="tiny"), "2023-04-10  PFS")
    assert pfs.startswith("2023-04-10  PFS: 63 days (2.1 months), event: progression\n[S01, lesion_measurement.csv")


def test_two_hospitals_are_one_story_by_any_of_their_numbers(con):
    stories = [explain(con, number) for number in ("S01-W", "S01:W", "S02:V")]
    assert len({story.usubjid for story in stories}) == 1
    person, *courses = stories[0].parts
    assert person.title == "Person, seen at 2 hospitals"
    assert [part.title for part in courses] == [
        "Course 1: Atezolizumab-bevacizumab",
        "Course 2: HAIC (5-FU, cisplatin)",
    ]
    assert {source.site_id for part in courses for one in part.lines for source in one.sources} == {"S01", "S02"}


def test_the_hospitals_own_number_is_hashed_as_it_was(tmp_path):
    home = Home(tmp_path / "home").create()
    (home.sites / "S01").mkdir()
    (home.sites / "S01" / "site.yaml").write_text(
        "hospital: {name_en: One, name_ko: 하나}\nlayout: contract\nextract: full\nid_digits: 8\n"
        "patient_ids: hospital\nextracted_at: {from: arrival}\nschedule: '0 1 * * *'\nexpected_every_days: 1\n",
        encoding="utf-8",
    )
    kept = hash_id("00001234", home.identity_key(), "S01")
    rows = Rows()
    rows.patient(kept)
    con = harmonise(rows)
    assert explain(con, " 1234", site_id="S01", home=home).usubjid == f"S01-{kept}"
    with pytest.raises(UsageError) as error:
        explain(con, "9999", site_id="S01", home=home)
    assert "9999" not in str(error.value)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"site_id": "S09"}, "No hospital is called S09. Expected: S01, S02"),
        ({"definition": "mine"}, "There is no definition 'mine'. Expected: one of lencioni2010, seed2024"),
        ({"study_id": "other"}, "No results of a study 'other' are published. Expected: one of tiny"),
    ],
)
def test_a_wrong_name_is_answered_with_what_there_is(con, more, sentence):
    with pytest.raises(UsageError) as error:
        explain(con, "MR-O-01", **more)
    assert sentence in str(error.value)


def test_a_reader_who_read_nothing_is_answered_with_who_did(con):
    with pytest.raises(UsageError, match=r"read by a reader 'R9'. Expected: one of R1"):
        explain(con, "S01:X", reader="R9")


def test_rows_of_one_sheet_are_told_together():
    made = [Source("S01", "a.xlsx", "판독", row, "t", f"r{row}") for row in (3, 5, 4, 9)]
    assert places((*made, made[0])) == ["S01, a.xlsx, sheet 판독, rows 3-5, 9"]


def test_a_reading_by_another_criterion_is_named_so(con):
    assert (
        "2023-05-29  PR (day 56, exam 2023-05-29 at S01, reader R1); the hospital recorded SD, "
        "the same by RECIST 1.1, which is another criterion" in told(con, "X")
    )


def test_a_baseline_that_no_exam_rests_on_says_so():
    rows = Rows()
    for who, site, days in (("P", "S01", (0, 56)), ("Q", "S02", (-10,))):
        rows.patient(who, site_id=site, link_key="K2")
        for day in days:
            exam = rows.exam(who, date(2023, 4, 3) + timedelta(day), site_id=site)
            rows.targets(who, exam, {"A": 50}, site_id=site)
    rows.course("P", 1, "HAIC_FP", date(2023, 4, 3), date(2023, 6, 1))
    text = explain(harmonise(rows), "S01:P").as_text()
    assert "for the exams that were read at S01" in line(text, "2023-04-03  baseline")
    unused = line(text, "2023-03-24  baseline, 10 days before the start")
    assert "no response rests on it: no exam after the start was read at S02" in unused


def test_why_somebody_is_not_in_a_study_is_said_in_words(con):
    text = told(con, "X", study_id="tiny")
    why = line(text, "2023-04-03  not in the study: Stopped otherwise (AB_STOP_NOT_PD)")
    assert (
        "before it: Atezolizumab-bevacizumab (course 1), last dose 2023-02-01; no progression on it until then" in why
    )
    assert text.endswith("Endpoints\n  none: the person is not in the study")
    korean = told(con, "X", study_id="tiny", language="ko")
    assert "2023-04-03  연구에서 제외: 진행 없이 중단(AB_STOP_NOT_PD)" in korean
    assert korean.endswith("평가변수\n  없음: 연구에서 제외된 환자")


def test_an_endpoint_that_a_person_does_not_have_says_why(con):
    assert "  Duration (DOR): none, because the person had no confirmed CR or PR by the cut-off" in told(
        con, "MR-O-21", study_id="tiny"
    )
    assert "Duration (DOR): 84 days" in told(con, "MR-O-01", study_id="tiny")
    assert "반응지속기간(DOR): 없음, 자료 마감일까지 확정된 CR 또는 PR이 없음" in told(
        con, "MR-O-21", study_id="tiny", language="ko"
    )


@pytest.mark.parametrize("patient", [*TOLD, "W", "X"])
def test_the_korean_story_has_the_same_facts(con, patient):
    stories = [explain(con, f"S01:{patient}", study_id="tiny", language=language) for language in ("en", "ko")]
    facts = [[(one.day, one.sources, len(one.why)) for part in story.parts for one in part.lines] for story in stories]
    assert facts[0] == facts[1]
    english = re.compile(r"\b(the|of|and|was|from|lesion|targets|baseline|course|response|exam)\b")
    assert not english.search(stories[1].as_text().replace("lesion_measurement.csv", ""))


def test_results_of_an_earlier_version_are_refused_with_what_to_do(con):
    con.execute("ALTER TABLE analysis.entry RENAME TO kept")
    try:
        with pytest.raises(UsageError, match="run `haic study run tiny` again"):
            told(con, "X", study_id="tiny")
    finally:
        con.execute("ALTER TABLE analysis.kept RENAME TO entry")
