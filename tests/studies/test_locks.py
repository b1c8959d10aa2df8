"""An earlier snapshot's report again, and locked studies, from the files of one SYNTHETIC hospital."""

from __future__ import annotations

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.demo.generate import site_files
from haicplatform.demo.ssm import SITE
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.pipeline.run_study import StudyLocked, run_study
from haicplatform.pipeline.study_locks import lock_study, unlock_study
from haicplatform.studies.loading import list_studies
from haicplatform.warehouse import warehouse

STUDY = "small"


def _deliver(home: Home, folder: str, day: str) -> str:
    """One more delivery of the hospital, as extracted on `day`; the snapshot after it."""
    for name, content in site_files(SITE)[0].items():
        path = home.inbox / SITE / folder / name.replace("20240815", day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    ingest_site(home, SITE)
    return harmonise(home).snapshot_id


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("home")).create()
    text = list_studies()["haic_after_ate_beva_ssm"].read_text(encoding="utf-8")
    (home.studies / f"{STUDY}.yaml").write_text(text.partition("analyses:")[0], encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def two(home) -> tuple[str, str, bytes]:
    """Two snapshots, and the page of the first as it was made when it was the newest."""
    first = _deliver(home, "a", "20240815")
    page = run_study(home, STUDY).report_path.read_bytes()
    return first, _deliver(home, "b", "20240816"), page


def test_an_earlier_report_comes_out_again_byte_by_byte(home, two):
    first, second, page = two
    assert first != second
    run_study(home, STUDY)
    before = home.warehouse.read_bytes()
    again = run_study(home, STUDY, first)
    assert again.snapshot_id == first and again.report_path.read_bytes() == page
    assert home.warehouse.read_bytes() == before
    assert not list(home.root.glob(".aside-*"))
    with warehouse.published(home) as con:
        assert con.execute("SELECT DISTINCT snapshot_id FROM analysis.study").fetchall() == [(second,)]


def test_an_unknown_snapshot_is_refused(home, two):
    with pytest.raises(UsageError, match="no snapshot 'ffff'"):
        run_study(home, STUDY, "ffff")


def test_a_locked_study_says_so_and_does_not_change(home, two):
    first, second, _ = two
    page = lock_study(home, STUDY, first).report_path.read_text(encoding="utf-8")
    assert "LOCKED since" in page
    with pytest.raises(StudyLocked, match=f"snapshot {second}.*--snapshot {first}"):
        run_study(home, STUDY)
    assert run_study(home, STUDY, first).report_path.read_text(encoding="utf-8") == page
    file = home.studies / f"{STUDY}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("screen_p: 0.1", "screen_p: 0.2"), encoding="utf-8")
    try:
        with pytest.raises(StudyLocked, match="its file has changed since"):
            run_study(home, STUDY, first)
    finally:
        file.write_text(text, encoding="utf-8")
    unlock_study(home, STUDY)
    assert "LOCKED since" not in run_study(home, STUDY, first).report_path.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="not locked"):
        unlock_study(home, STUDY)
