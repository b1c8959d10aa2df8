"""The report that may leave: rendered from what is left, clean by its own checks, beside the report that stays."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from haicplatform.release import write
from haicplatform.report import rendering
from haicplatform.settings import Home
from tests.report.cohort import CONTEXT, SNAPSHOT, STUDY, estimates


def test_a_release_is_written_and_shows_no_small_count(tmp_path: Path, monkeypatch) -> None:
    home = Home(tmp_path).create()
    monkeypatch.setattr(write, "stored_estimates", lambda *_: (SNAPSHOT, estimates()))
    hospitals = []
    monkeypatch.setattr(write.analysis, "context_of", lambda *asked: hospitals.append(asked[3]) or CONTEXT)
    monkeypatch.setattr(rendering, "render", partial(rendering.render, formats=("html",), languages=("en",)))
    made = write.write_release(home, STUDY.study_id)
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
