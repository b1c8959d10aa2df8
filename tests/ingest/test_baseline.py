"""What a delivery is compared with: not with one that was asked about itself, and not for ever with an old one."""

from __future__ import annotations

import datetime as dt

import pytest

from haicplatform.core.atomic_files import write_json
from haicplatform.core.settings import Home
from haicplatform.ingest.landing.land import Landed
from haicplatform.ingest.state.delivery_summary import Summary, TableCount
from haicplatform.ingest.validation.acceptance import AcceptanceReplay
from haicplatform.ingest.validation.batch_profile import FILE, Profile, TableProfile
from haicplatform.sites.loading import site_from_text
from schemas.batches import keep_baseline_deliveries

SITE = "hospital: {name_en: Test hospital (SYNTHETIC), name_ko: 시험병원}\nlayout: contract\npatient_ids: study\n"
START = dt.datetime(2024, 5, 1)


@pytest.fixture
def warned(tmp_path):
    """A function: of how many of 100 lab rows the unit is empty, night by night → the nights that were warned about."""
    home = Home(tmp_path / "home").create()

    def nights(*empty: int, newest=lambda night: START + dt.timedelta(days=night)) -> list[int]:
        judge, found = AcceptanceReplay(home, site_from_text(SITE, "AAA")), []
        for night, missing in enumerate(empty):
            at, name = START + dt.timedelta(days=night), f"d{night}"
            folder = home.landing / "AAA" / name
            (folder / "m").mkdir(parents=True, exist_ok=True)
            profile = Profile({"lab": TableProfile(100, {"unit": missing})}, newest(night).date().isoformat())
            write_json(folder / "m" / FILE, profile.as_json())
            landed = Landed("AAA", name, folder, (), at, at)
            summary = Summary(name, "m", whole=["lab"], tables={"lab": TableCount(100, 100, 0, 0)})
            judged = judge.judge(landed, summary, None)
            assert judged.judgement.status == "accepted"
            found += [night] if judged.judgement.warnings else []
        return found

    return nights


def test_the_question_stays_while_the_column_is_as_empty(warned):
    assert warned(0, 0, 30, 30, 31) == [2, 3, 4]


def test_a_column_that_is_filled_again_is_asked_about_no_more(warned):
    assert warned(0, 30, 30, 2, 4) == [1, 2]


def test_a_change_that_stays_is_the_new_measure_in_the_end(warned):
    assert keep_baseline_deliveries() == 7
    assert warned(0, *[30] * 12) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_data_without_anything_newer_are_asked_about_after_a_month(warned):
    found = warned(*[0] * 35, newest=lambda night: START + dt.timedelta(days=min(night, 2)))
    assert found == [33, 34]  # the extract of night 2 had the newest date first
