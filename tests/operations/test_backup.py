"""A backup made while the platform works, restored elsewhere, gives the same warehouse."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading

import pytest

from haicplatform.cli.shared import existing
from haicplatform.core.errors import DataRefused, UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.accounts import sessions, store
from haicplatform.ledger.store import Ledger
from haicplatform.operations.backup import MANIFEST, back_up, restore
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries import actions
from haicplatform.queries.sync import sync_site
from tests.pipeline.hospital import content, deliver, make_site, records, state_rows


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("delivered") / "home").create()
    make_site(home)
    rows = records(6)
    rows["patient"][1]["height_cm"] = 900
    deliver(home, rows, "20240101")
    ingest_site(home, "AAA")
    sync_site(home, "AAA")
    return home


@pytest.fixture
def home(delivered, tmp_path):
    return Home(shutil.copytree(delivered.root, tmp_path / "home"))


def restored(backup, home, root):
    again = Home(root)
    restore(again, backup)
    shutil.copy2(home.key_file, again.key_file)
    return again


def test_a_restored_home_harmonises_to_the_same_warehouse_and_keeps_its_queries(home, tmp_path):
    back_up(home, tmp_path / "backup")
    again = restored(tmp_path / "backup", home, tmp_path / "again")
    harmonise(home), harmonise(again)
    assert content(again.warehouse) == content(home.warehouse)
    with Ledger(again) as ledger:
        assert [query.state for query in actions.listed(ledger, Person("x", "data_manager"))] == ["open"]
    assert [each.status for each in ingest_site(again, "AAA").deliveries] in ([], ["unchanged"])


def test_commands_work_on_a_restored_home_as_restore_says(home, tmp_path):
    back_up(home, tmp_path / "backup")
    again = Home(tmp_path / "again")
    restore(again, tmp_path / "backup")
    assert not again.key_file.exists(), "a new key would make every patient a new person"
    assert existing(again) == again


def test_init_says_that_a_restored_home_has_no_key_yet(home, tmp_path):
    back_up(home, tmp_path / "backup")
    new = Home(tmp_path / "new")
    restore(new, tmp_path / "backup")
    done = subprocess.run(
        [sys.executable, "-m", "haicplatform.cli.main", "init", str(new.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = " ".join(done.stdout.split())
    assert f"{new.key_file} is not there" in said and "Keep a copy" not in said


def test_nobody_is_logged_in_to_a_restored_home(home, tmp_path):
    with Ledger(home) as ledger:
        store.add(ledger, "test", "reader", "reader", [], "correct horse battery staple")
        identity = sessions.hash_of(sessions.begin(ledger, "reader"))
    back_up(home, tmp_path / "backup")
    with Ledger(restored(tmp_path / "backup", home, tmp_path / "again")) as ledger:
        assert [account.name for account in store.listed(ledger)] == ["reader"]
        assert sessions.find(ledger, identity) is None
    with Ledger(home) as ledger:
        assert sessions.find(ledger, identity) is not None, "who works while the backup runs stays logged in"


def test_a_backup_taken_while_a_hospital_is_ingested_holds_a_whole_state(home, tmp_path):
    def night():
        for day in (2, 3):
            deliver(home, records(6 + day), f"202401{day:02d}")
            ingest_site(home, "AAA")

    worker = threading.Thread(target=night)
    worker.start()
    taken = 3
    for number in range(taken):
        back_up(home, tmp_path / f"backup{number}")
    worker.join()
    for number in range(taken):
        again = restored(tmp_path / f"backup{number}", home, tmp_path / f"again{number}")
        assert len(state_rows(again, "AAA", "patient", "patient_id")) >= 6
        ingest_site(again, "AAA")  # what had landed and not been decided is decided now
        assert len(state_rows(again, "AAA", "patient", "patient_id")) >= 6


def test_the_key_is_not_in_a_backup(home, tmp_path):
    back_up(home, tmp_path / "backup", tmp_path / "elsewhere")
    key = home.key_file.read_bytes()
    assert not [path for path in (tmp_path / "backup").rglob("*") if path.is_file() and key in path.read_bytes()]
    copy = tmp_path / "elsewhere" / home.key_file.name
    assert copy.read_bytes() == key and copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="must not lie in the backup"):
        back_up(home, tmp_path / "backup", tmp_path / "backup" / "key")


def test_a_refused_original_is_in_no_backup(home, tmp_path):
    """It is deleted after some days; a copy that stays would undo that."""
    refused = home.landing / "AAA" / "refused" / "d1" / "patient.csv"
    refused.parent.mkdir(parents=True)
    refused.write_text("P001,900101-1234567")
    back_up(home, tmp_path / "backup")
    assert not (tmp_path / "backup" / "landing" / "AAA" / "refused").exists()
    assert any((tmp_path / "backup" / "landing" / "AAA").glob("*/original/patient.csv"))


def test_the_same_folder_again_copies_only_what_is_new(home, tmp_path):
    first = back_up(home, tmp_path / "backup")
    again = back_up(home, tmp_path / "backup")
    assert again.files == first.files and again.copied < first.copied / 2
    deliver(home, records(3), "20240102")
    ingest_site(home, "AAA")
    assert back_up(home, tmp_path / "backup").files > first.files


def test_a_damaged_backup_restores_nothing(home, tmp_path):
    back_up(home, tmp_path / "backup")
    victim = next((tmp_path / "backup" / "landing").rglob("patient.csv"))
    data = bytearray(victim.read_bytes())
    data[10] ^= 1
    victim.write_bytes(data)
    with pytest.raises(DataRefused, match=r"1 of .* files missing or changed"):
        restore(Home(tmp_path / "again"), tmp_path / "backup")
    assert not (tmp_path / "again").exists()


def test_what_is_no_place_for_a_backup_is_refused(home, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used/thesis.docx").write_text("mine")
    for place in (tmp_path / "used", home.root / "backup"):
        with pytest.raises(UsageError, match="cannot go there"):
            back_up(home, place)
    back_up(home, tmp_path / "backup")
    with pytest.raises(UsageError, match="holds data already"):
        restore(home, tmp_path / "backup")
    (tmp_path / "backup" / MANIFEST).unlink()
    with pytest.raises(UsageError, match="no finished backup"):
        restore(Home(tmp_path / "again"), tmp_path / "backup")
