"""The report: from estimates only, self-contained, the same bytes for the same estimates, small counts masked."""

from __future__ import annotations

import re
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from haicplatform.estimation import estimate
from haicplatform.report import Context, render
from tests.conftest import need
from tests.estimation.seoul import datasets, study

SNAPSHOT = "0123456789abcdef"
NAMES = {"AAA": "가나병원", "BBB": "Hospital B", "CCC": "Hospital C"}
CONTEXT = Context(SNAPSHOT, True, NAMES, {"haicplatform": "0.1.0"})


def made() -> pl.DataFrame:
    """Three hospitals, the third with three patients of one group; one sensitivity analysis."""
    data = datasets(("AAA", "BBB"))
    few = pl.col("usubjid").is_in(["P001", "P002", "P003"])
    for name in ("adsl", "cohort"):
        hospital = pl.when(few).then(pl.lit("CCC")).otherwise(pl.col("siteid")).alias("siteid")
        data[name] = data[name].with_columns(hospital)
    out = pl.col("usubjid") == "P050"
    reason = pl.when(out).then(pl.lit("CONCURRENT")).alias("exclusion_reason")
    data["cohort"] = data["cohort"].with_columns(reason, is_included=~out)
    deliveries = pl.DataFrame({"site_id": ["AAA", "BBB"], "status": ["accepted", "refused"]})
    findings = pl.DataFrame({"site_id": ["AAA"], "severity": ["error"], "rule_id": ["lab.key.duplicate"]})
    main = estimate(
        study("haic_after_ate_beva"), **data, snapshot_id=SNAPSHOT, deliveries=deliveries, findings=findings
    )
    other = study("haic_after_ate_beva").variants()["reader_2"]
    return pl.concat([main, estimate(other, **data, snapshot_id=SNAPSHOT, variant="reader_2")])


@pytest.fixture(scope="module")
def estimates() -> pl.DataFrame:
    return made()


@pytest.fixture(scope="module")
def page(estimates: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(study("haic_after_ate_beva"), estimates, CONTEXT, tmp_path_factory.mktemp("report"))


class Page(HTMLParser):
    """Collects the estimate ids, the attributes that fetch, and the cells of tables by table id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.fetched: list[str] = []
        self.rows: dict[str, list[list[str]]] = {}
        self.table, self.cell, self.loose = "", None, []
        self.tagged = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.ids |= set(given.get("data-estimate", "").split())
        self.tagged += tag == "span" and ("data-estimate" in given or self.tagged > 0)
        self.fetched += [given[name] for name in ("src", "href", "xlink:href", "action") if given.get(name)]
        if tag == "table":
            self.table = given["id"]
        if tag == "tr":
            self.rows.setdefault(self.table, []).append([])
        if tag == "td":
            self.cell = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self.tagged:
            self.tagged -= 1
        if tag == "td":
            self.rows[self.table][-1].append(self.cell.strip())
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is None:
            return
        is_name = not self.rows[self.table][-1]
        if re.search(r"\d", data) and not self.tagged and not is_name:
            self.loose.append(data.strip())
        self.cell += data


def test_nothing_is_fetched_from_elsewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    assert all(link.startswith("#") for link in Page(text).fetched)
    assert "http" not in text
    assert "<script" not in text and "@import" not in text and "<link" not in text
    assert not re.findall(r"url\((?!#|\"#|'#)", text)


def test_every_number_in_a_table_is_an_estimate(page: Path, estimates: pl.DataFrame) -> None:
    found = Page(page.read_text("utf-8"))
    assert found.ids <= set(estimates["estimate_id"]) and len(found.ids) > 500
    assert set(found.loose) <= {"1 (reference)", "<5", "0"}, set(found.loose)


def test_the_page_says_what_it_is(page: Path) -> None:
    text = page.read_text("utf-8")
    one = study("haic_after_ate_beva")
    for part in ("SYNTHETIC DATA", SNAPSHOT, one.study_hash, "2024-07-31", "haicplatform 0.1.0", "가나병원", one.title):
        assert part in text
    for label in ("Ate-beva continued with HAIC", "Second reader", "Overall survival by hospital"):
        assert label in text


def test_a_hospitals_small_counts_are_masked(page: Path) -> None:
    rows = {row[0]: row for row in Page(page.read_text("utf-8")).rows["table-flow"] if row}
    assert rows["Hospital C"][1] == "<5"
    assert rows["All hospitals"][1] == "100"
    hospital = {row[0]: row for row in Page(page.read_text("utf-8")).rows["table-hospital-os"] if row}
    assert hospital["Hospital C"][1].startswith(("<5", "–", "0"))


def test_figures_are_files_too(page: Path) -> None:
    names = {path.name for path in (page.parent / "figures").iterdir()}
    expected = {"km_os.svg", "km_pfs.svg", "km_os_by_hospital.svg", "forest_os.svg", "forest_os_by_hospital.svg"}
    assert expected <= names
    assert (page.parent / "figures" / "km_os.svg").read_text("utf-8").startswith("<svg")


def test_the_same_estimates_give_the_same_bytes(page: Path, estimates: pl.DataFrame, tmp_path: Path) -> None:
    again = render(study("haic_after_ate_beva"), estimates, CONTEXT, tmp_path)
    assert again.read_bytes() == page.read_bytes()
    for path in (page.parent / "figures").iterdir():
        assert (tmp_path / "figures" / path.name).read_bytes() == path.read_bytes()


def test_a_browser_shows_it_whole(page: Path, tmp_path: Path) -> None:
    need("chromium", "chromium")
    shot = tmp_path / "page.png"
    with tempfile.TemporaryDirectory() as profile:
        flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()
        flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"]
        subprocess.run(
            ["chromium", *flags, "--window-size=1280,2000", f"--screenshot={shot}", page.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )
    assert shot.stat().st_size > 50_000
