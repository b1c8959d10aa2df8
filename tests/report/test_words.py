"""The catalogue: every sentence in both languages, the same slots, good particles."""

from __future__ import annotations

import re

import pytest

from haicplatform.estimation.rows import OK, STATUSES
from haicplatform.report.document.messages import LANGUAGES, Words, catalogue, particles
from haicplatform.report.document.model import Run, plain

# what is the same in both languages: names, codes, signs
SAME = re.compile(
    r"^[\W\d]*((HR|CI|NR|mRECIST|Child-Pugh|ORR|DCR|SMD|AFP|AST|ALT|BCLC|ng|mL|U|L|x|y|n|p|FU|\{\w+\})[\W\d]*)*$"
)


def test_every_sentence_is_in_both_languages_with_the_same_slots() -> None:
    slots = re.compile(r"\{\w+\}")
    for key, entry in catalogue().items():
        assert set(entry) == set(LANGUAGES), key
        assert sorted(set(slots.findall(entry["en"]))) == sorted(set(slots.findall(entry["ko"]))), key
        assert re.search("[가-힣]", entry["ko"]) or SAME.match(entry["ko"]), key


def test_every_status_of_an_estimate_is_a_sentence_and_fits_a_cell() -> None:
    with_value = {"beyond_last", "few_events_per_coefficient", "non_proportional", "unbalanced", "penalised"}
    with_value |= {"wide", "fine_unit", "narrowed", "too_missing", "without"}
    for code in set(STATUSES) - {OK}:
        assert Words("ko").has(f"status.{code}"), code
        assert code in with_value or Words("en").has(f"short.{code}"), code


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("생존기간은(는) 길다", "생존기간은 길다"),
        ("환자은(는) 많다", "환자는 많다"),
        ("서울으로(로)", "서울로"),
        ("부산으로(로)", "부산으로"),
        ("HAIC과(와) 수술", "HAIC과(와) 수술"),
    ],
)
def test_particles_follow_their_syllable(written: str, read: str) -> None:
    assert particles(written) == read


def test_particles_follow_a_value_in_another_run() -> None:
    text = Words("ko").text("note.left_out", variable=Run("성별"), why=Run("결측", ("a" * 16,)))
    assert plain(text) == "성별은 들어가지 않았다: 결측"


def test_a_value_in_a_sentence_keeps_its_ids() -> None:
    text = Words("ko").text("note.without_time", endpoint="생존", n=Run("3", ("a" * 16,)))
    assert plain(text) == "분석 대상 중 3명은 생존의 시간이 없다."
    assert [run.estimate_ids for run in text if run.text == "3"] == [("a" * 16,)]
