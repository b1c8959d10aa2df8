"""Reports through the review application: who may read which, and no way out of their folder."""

from __future__ import annotations

import duckdb
import pytest

from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.review.data.report_list import file_of, reports
from haicplatform.studies.loading import load_study

MANAGER, READER = Person("m", "data_manager"), Person("r", "reader")
OF_AAA = Person("a", "coordinator", frozenset({"AAA"}))


@pytest.fixture
def home(tmp_path):
    """Three studies: of both hospitals, of AAA alone, of AAA with a patient whose rows are of both."""
    home = Home(tmp_path).create()
    for study in ("both", "own", "shared"):
        for folder in ("s1", "s1/release", "s1/figures"):
            (home.reports / study / folder).mkdir(parents=True, exist_ok=True)
        for name in ("report.html", "report.ko.pdf", "figures/km.svg", "release/report.html", "notes.txt"):
            (home.reports / study / "s1" / name).write_text("<html><head></head></html>")
    (home.reports / "secret.html").write_text("x")
    (home.reports / "own" / "s1" / "link.html").symlink_to(home.key_file)
    return home


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute("CREATE SCHEMA analysis; CREATE SCHEMA harmonised")
    con.execute("CREATE TABLE harmonised.person AS FROM (VALUES ('p1', 'AAA'), ('p2', 'BBB'), ('p3', 'AAA'), "
                "('p3', 'BBB')) AS t(usubjid, site_id)")  # fmt: skip
    con.execute("CREATE TABLE analysis.cohort AS FROM (VALUES ('both', 'p1'), ('both', 'p2'), ('own', 'p1'), "
                "('shared', 'p1'), ('shared', 'p3')) AS t(study_id, usubjid)")  # fmt: skip
    con.execute("CREATE TABLE analysis.study AS FROM (VALUES ('both', 's1', 'Both'), ('own', 's1', 'Own'), "
                "('shared', 's1', 'Shared')) AS t(study_id, snapshot_id, title)")  # fmt: skip
    return con


@pytest.mark.parametrize(
    ("person", "whole"),
    [(MANAGER, {"both", "own", "shared"}), (READER, {"both", "own", "shared"}), (OF_AAA, {"own"})],
)
def test_a_coordinator_reads_what_was_released_and_the_own(home, con, person, whole):
    found = reports(home, con, person)
    assert {each.study_id for each in found if not each.is_release} == whole
    assert {each.study_id for each in found if each.is_release} == {"both", "own", "shared"}
    for study in ("both", "own", "shared"):
        for path in ("report.html", "figures/km.svg"):
            if study in whole:
                assert file_of(home, con, person, study, "s1", path).is_file()
            else:
                with pytest.raises(NotThere):
                    file_of(home, con, person, study, "s1", path)
        assert file_of(home, con, person, study, "s1", "release/report.html").is_file()


def test_a_report_has_its_studys_title_also_before_it_is_run_again(home):
    (home.reports / "haic_in_vp4" / "s1").mkdir(parents=True)
    (home.reports / "haic_in_vp4" / "s1" / "report.html").write_text("<html></html>")
    titles = {one.study_id: one.titles for one in reports(home, None, MANAGER)}
    study = load_study("haic_in_vp4")
    assert titles["haic_in_vp4"] == (study.title_ko, study.title) and titles["both"] == ("both", "both")


def test_a_study_that_was_run_anew_gives_no_right_to_its_older_report(home, con):
    con.execute("UPDATE analysis.study SET snapshot_id = 's2'")
    assert [each.study_id for each in reports(home, con, OF_AAA) if not each.is_release] == []
    assert [each.study_id for each in reports(home, None, OF_AAA) if not each.is_release] == []


@pytest.mark.parametrize(
    ("study", "snapshot", "path"),
    [
        ("own", "s1", "../../secret.html"), ("own", "s1", "..%2f..%2fsecret.html"), ("..", "reports", "secret.html"),
        ("own", "s1", "/etc/passwd"), ("own", "..", "own/s1/report.html"), ("own", "s1", "notes.txt"),
        ("own", "s1", "link.html"), ("own", "s1", "figures"), ("own", "s1", "figures//km.svg"), ("own", "s1", ""),
        ("own", "s1", "release/../report.html"), ("own", "s1", "report.html\x00.svg"), ("none", "s1", "report.html"),
    ],
)  # fmt: skip
def test_no_path_leads_anywhere_else(home, con, study, snapshot, path):
    with pytest.raises(NotThere):
        file_of(home, con, MANAGER, study, snapshot, path)


def test_the_report_opens_with_a_way_to_its_numbers(server, review_home):
    folder = review_home.reports / "seen" / "s1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(
        '<html><head></head><body data-study="seen" data-snapshot="s1"><b data-estimate="abc">1</b></body></html>'
    )
    (folder / "report.xlsx").write_bytes(b"x")
    client = server.client("reader")
    assert "/reports/seen/s1/report.html" in client.get("/reports").text
    page = client.get("/reports/seen/s1/report.html")
    assert page.status_code == 200 and "/report.js" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "unsafe-eval" not in policy
    assert client.get(page.text.split('src="')[1].split('"')[0]).headers["content-type"].startswith("text/javascript")
    book = client.get("/reports/seen/s1/report.xlsx")
    assert book.headers["content-disposition"].startswith("attachment") and book.headers["cache-control"] == "no-store"
    assert server.client("of-aaa").get("/reports/seen/s1/report.html").status_code == 404
    assert server.client().get("/reports/seen/s1/report.html").status_code == 303


def test_a_report_that_is_being_written_is_not_there_yet(home, con):
    (home.reports / "own" / "s2.1.building").mkdir()
    (home.reports / "own" / "s2.1.building" / "report.html").write_text("half")
    assert "building" not in str(reports(home, con, MANAGER))
    with pytest.raises(NotThere):
        file_of(home, con, MANAGER, "own", "s2.1.building", "report.html")
