"""The report that may leave: rendered from what is left, clean by its own checks, beside the report that stays."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl
import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.resources import version_of_numbers
from haicplatform.core.settings import Home
from haicplatform.release import released_report
from haicplatform.report.formats import rendering
from haicplatform.warehouse import warehouse
from tests.report.cohort import CONTEXT, SNAPSHOT, STUDY, estimates


def test_a_release_is_written_and_shows_no_small_count(tmp_path: Path, monkeypatch) -> None:
    home = Home(tmp_path).create()
    monkeypatch.setattr(released_report, "stored_estimates", lambda *_: (SNAPSHOT, estimates()))
    hospitals = []
    monkeypatch.setattr(released_report.run_study, "context_of", lambda *asked: hospitals.append(asked[3]) or CONTEXT)
    monkeypatch.setattr(rendering, "render", partial(rendering.render, formats=("html",), languages=("en",)))
    made = released_report.write_release(home, STUDY.study_id)
    assert made.report_path == home.reports / STUDY.study_id / SNAPSHOT / "release" / "report.html"
    page = made.report_path.read_text("utf-8")
    assert "are suppressed" in page
    # whether the data are SYNTHETIC is a matter of the hospitals, which the released rows do not name
    assert hospitals[0]["population"].str.starts_with("site:").any()
    small = estimates().filter((pl.col("unit") == "patients") & pl.col("value").is_between(1, made.min_count - 1))
    shown = [
        name for name, value in small.select("estimate_id", "value").iter_rows() if f'="{name}">{value:.0f}<' in page
    ]
    assert small.height > 50 and made.suppressed > small.height / 2 and shown == []


@pytest.mark.parametrize("version", ["", ", 'older' AS version"])
def test_estimates_of_another_version_are_refused_with_what_to_do(tmp_path: Path, version: str) -> None:
    home = Home(tmp_path).create()
    _ran(home, version)
    assert released_report.last_run(home, STUDY) == SNAPSHOT
    with pytest.raises(UsageError, match=f"another version.*`haic study run {STUDY.study_id}`"):
        released_report.stored_estimates(home, STUDY)


def test_estimates_of_this_version_are_read_as_they_were_stored(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    _ran(home, f", '{version_of_numbers()}' AS version")
    snapshot, found = released_report.stored_estimates(home, STUDY)
    assert snapshot == SNAPSHOT and found.equals(estimates())


def _ran(home: Home, version: str) -> None:
    """The study's estimates published as a run leaves them; `version`: that column of analysis.study."""
    with warehouse.writable(home, fresh=True) as con:
        con.execute("CREATE SCHEMA analysis")
        columns = f"'{STUDY.study_id}' AS study_id, '{SNAPSHOT}' AS snapshot_id, '{STUDY.study_hash}' AS study_hash"
        con.execute(f"CREATE TABLE analysis.study AS SELECT {columns}{version}")
        con.register("made", estimates().to_arrow())
        con.execute("CREATE TABLE analysis.estimate AS SELECT * FROM made")
        con.unregister("made")
    warehouse.publish(home)
