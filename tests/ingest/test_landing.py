"""Landing: what makes a delivery, that it lands once and whole, and that nobody else can read it."""

import datetime as dt
import errno
import hashlib
import json
import os
import stat
import subprocess
import unicodedata

import pytest

from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.settings import Home
from haicplatform.ingest.landing import inbox, land
from haicplatform.sites.model import ExtractedAt

ARRIVAL = ExtractedAt()
BY_NAME = ExtractedAt.model_validate({"from": "file_name", "pattern": r"_(%Y%m%d)\."})
RRN = "570314-1234560"


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home").create()
    (made.inbox / "AAA").mkdir()
    return made


def put(home, **files):
    for name, text in files.items():
        path = home.inbox / "AAA" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def everything_under(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_are_copied_unchanged_and_recorded(home):
    put(home, a_dot_csv="a\n1\n")
    (found,) = land.land(home, "AAA", ARRIVAL).deliveries
    digest = hashlib.sha256(b"a\n1\n").hexdigest()
    text = json.dumps([["a.csv", digest]], separators=(",", ":"))
    assert found.delivery_id == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert [(f.name, f.sha256, f.size) for f in found.files] == [("a.csv", digest, 4)]
    assert found.original("a.csv").read_text() == "a\n1\n"
    assert (home.inbox / "AAA" / "a.csv").exists()
    record = json.loads((found.folder / "delivery.json").read_text())
    assert record["delivery_id"] == found.delivery_id and record["files"][0]["sha256"] == digest


def test_the_same_bytes_twice_are_nothing_new(home):
    put(home, a_dot_csv="a\n1\n")
    first = land.land(home, "AAA", ARRIVAL).deliveries[0]
    os.utime(home.inbox / "AAA" / "a.csv", (1, 1))
    again = land.land(home, "AAA", ARRIVAL).deliveries[0]
    assert (first.is_new, again.is_new) == (True, False)
    assert (first.delivery_id, first.extracted_at) == (again.delivery_id, again.extracted_at)
    put(home, a_dot_csv="a\n2\n")
    assert land.land(home, "AAA", ARRIVAL).deliveries[0].is_new
    assert len(land.landed(home, "AAA")) == 2


def test_a_subfolder_is_one_delivery_and_loose_files_go_by_their_date(home):
    put(
        home,
        d1__a_20240105_dot_csv="1",
        d1__sub__b_20240107_dot_csv="2",
        d1__c_dot_csv="3",
        x_20240102_dot_csv="4",
        y_20240102_dot_csv="5",
        x_20240103_dot_csv="6",
        z_dot_csv="7",
    )
    result = land.land(home, "AAA", BY_NAME)
    assert [(each.extracted_at, [f.name for f in each.files]) for each in land.landed(home, "AAA")] == [
        (dt.datetime(2024, 1, 2), ["x_20240102.csv", "y_20240102.csv"]),
        (dt.datetime(2024, 1, 3), ["x_20240103.csv"]),
        (dt.datetime(2024, 1, 7), ["a_20240105.csv", "c.csv", "sub/b_20240107.csv"]),
    ]
    assert [(each.file, each.reason) for each in result.left] == [("z.csv", "missing")]


def test_loose_files_without_dates_are_one_delivery(home):
    put(home, a_dot_csv="1", b_dot_csv="2")
    fixed = ExtractedAt.model_validate({"from": "value", "value": dt.date(2024, 8, 15)})
    (found,) = land.land(home, "AAA", fixed).deliveries
    assert len(found.files) == 2 and found.extracted_at == dt.datetime(2024, 8, 15)


def test_given_paths_are_taken_instead_of_the_inbox(home, tmp_path):
    put(home, a_dot_csv="1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.csv").write_text("2")
    (found,) = land.land(home, "AAA", ARRIVAL, [tmp_path / "elsewhere"]).deliveries
    assert [f.name for f in found.files] == ["b.csv"]
    with pytest.raises(UsageError, match="no file or folder"):
        land.land(home, "AAA", ARRIVAL, [tmp_path / "nowhere.csv"])


def test_files_that_are_not_deliveries_are_left_alone(home):
    put(home, **{"_dot_hidden": "1", "~$a_dot_xlsx": "1", "b_dot_csv_dot_part": "1", "c_dot_tmp": "1"})
    assert land.land(home, "AAA", ARRIVAL) == land.Landing()


def test_names_are_composed_and_an_identifier_in_one_is_masked(home):
    decomposed = unicodedata.normalize("NFD", "검사")
    put(home, **{f"{decomposed}_dot_csv": "1", f"{RRN}_dot_csv": "2", "900101-1234567_dot_csv": "3"})
    (found,) = land.land(home, "AAA", ARRIVAL).deliveries
    assert [f.name for f in found.files] == ["[masked].csv", "[masked]~2.csv", "검사.csv"]
    assert found.files[0].identifiers == ("registration_number",)
    kept = "".join(everything_under(home.landing)) + (found.folder / "delivery.json").read_text()
    assert "570314" not in kept and "900101" not in kept


def test_only_the_owner_can_read_originals(home):
    put(home, d1__sub__a_dot_csv="1")
    (found,) = land.land(home, "AAA", ARRIVAL).deliveries
    original = found.original("sub/a.csv")
    assert stat.S_IMODE(original.stat().st_mode) == 0o600
    for place in (original, *original.parents):
        if place == home.landing:
            break
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0


def test_a_refused_original_is_kept_apart_and_deleted_after_its_days(home):
    put(home, d1__a_dot_csv=RRN, d1__b_dot_csv="2")
    (found,) = land.land(home, "AAA", ARRIVAL).deliveries
    apart = land.refuse_original(home, "AAA", found.delivery_id, "a.csv")
    assert apart == home.landing / "AAA" / "refused" / found.delivery_id / "a.csv"
    assert stat.S_IMODE(apart.stat().st_mode) == 0o600 and stat.S_IMODE(apart.parent.stat().st_mode) == 0o700
    assert not (found.folder / "original" / "a.csv").exists() and found.original("a.csv") == apart
    assert land.refuse_original(home, "AAA", found.delivery_id, "a.csv") == apart
    assert land.purge_refused(home, days=30) == 0
    os.utime(apart, (1, 1))
    assert land.purge_refused(home, days=30) == 1
    assert found.original("a.csv") is None and found.original("b.csv")
    assert land.refuse_original(home, "AAA", found.delivery_id, "a.csv") is None
    assert not land.land(home, "AAA", ARRIVAL).deliveries[0].is_new


def test_a_file_that_still_grows_is_left_for_the_next_run(home, monkeypatch):
    put(home, d1__a_dot_csv="1", d2__b_dot_csv="2")
    growing = home.inbox / "AAA" / "d1" / "a.csv"
    hashed = inbox.hashed

    def and_then_it_grows(waiting):
        done = hashed(waiting)
        if waiting.path == growing:
            growing.write_text("1 and more")
        return done

    monkeypatch.setattr(land, "hashed", and_then_it_grows)
    result = land.land(home, "AAA", ARRIVAL)
    assert [f.name for each in result.deliveries for f in each.files] == ["b.csv"]
    assert [(each.file, each.reason) for each in result.left] == [("a.csv", "truncated")]
    assert "next run" in str(result.left[0])
    monkeypatch.undo()
    assert len(land.land(home, "AAA", ARRIVAL).deliveries) == 2


@pytest.mark.parametrize(("number", "word"), [(errno.ENOSPC, "No space left"), (errno.EACCES, "Permission denied")])
def test_a_full_or_closed_disk_leaves_nothing_half_written(home, monkeypatch, number, word):
    put(home, a_dot_csv="1", b_dot_csv="2")
    copies = []
    copy = land._copy

    def fails_at_the_second(each, folder):
        copies.append(each)
        if len(copies) == 2:
            raise OSError(number, os.strerror(number), str(folder))
        copy(each, folder)

    monkeypatch.setattr(land, "_copy", fails_at_the_second)
    with pytest.raises(HaicError, match=word):
        land.land(home, "AAA", ARRIVAL)
    assert everything_under(home.landing) == []
    assert list((home.landing / "AAA").iterdir()) == []


def test_an_unreadable_file_leaves_its_delivery_and_is_told(home, monkeypatch):
    put(home, d1__a_dot_csv="1", d2__b_dot_csv="2")
    path = type(home.inbox)
    opened = path.open

    def closed(self, *args, **more):
        if self.name == "a.csv":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *args, **more)

    monkeypatch.setattr(path, "open", closed)
    result = land.land(home, "AAA", ARRIVAL)
    assert len(result.deliveries) == 1
    assert "Permission denied" in str(result.left[0]) and result.left[0].file == "a.csv"


def test_the_leftovers_of_a_killed_run_are_removed(home):
    gone = subprocess.Popen(["true"])
    gone.wait()
    leftover = home.landing / "AAA" / f"0123456789abcdef.{gone.pid}.building"
    leftover.mkdir(parents=True)
    (leftover / "half").write_text("x")
    land.land(home, "AAA", ARRIVAL)
    assert not leftover.exists()
    assert land.landed(home, "AAA") == []


def test_no_inbox_is_no_delivery(home):
    assert land.land(home, "BBB", ARRIVAL) == land.Landing()
