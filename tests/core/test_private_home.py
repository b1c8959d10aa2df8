"""A home is its account's alone: what commands write under any umask, and an older home that stood open."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.private_home import RECORD, close_to_others, last_closed
from haicplatform.core.settings import Home
from haicplatform.operations.backup import MANIFEST
from tests.pipeline.hospital import deliver, make_site, records

COMMANDS = (
    ("ingest", "AAA"), ("harmonise",), ("queries", "export", "AAA"), ("findings", "AAA"), ("digest",),
    ("backup", "{beside}"),
)  # fmt: skip


def run(home: Path, *arguments: str, umask: int = 0o022) -> subprocess.CompletedProcess:
    program = "import os, sys; os.umask(int(sys.argv.pop(1), 8)); from haicplatform.cli.main import main; main()"
    started = [sys.executable, "-c", program, oct(umask)[2:], "--home", str(home), *arguments]
    done = subprocess.run(started, capture_output=True, text=True, cwd=home.parent)
    assert done.returncode in (0, 3), done.stderr
    return done


def open_to_others(folder: Path) -> list[str]:
    every = [folder, *folder.rglob("*")]
    return [f"{p.lstat().st_mode:o} {p.name}" for p in every if not p.is_symlink() and p.lstat().st_mode & 0o077]


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """A home made under umask 022, with a delivery that another program put into its inbox with mode 644."""
    root = tmp_path / "home"
    run(root, "init", str(root))
    home = Home(root)
    make_site(home)
    deliver(home, records(4), "20240101")
    for path in home.inbox.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return root


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_nothing_that_commands_write_is_open(delivered, tmp_path, umask):
    beside = tmp_path / "backup"
    for command in COMMANDS:
        run(delivered, *(part.format(beside=beside) for part in command), umask=umask)
    assert list(beside.rglob("*.parquet")) and (delivered / "published").exists()
    assert open_to_others(delivered) == [] and open_to_others(beside) == []


def test_an_open_home_is_closed_at_its_next_command_and_the_doctor_says_so(delivered):
    run(delivered, "ingest", "AAA")
    make_open(delivered)
    said = run(delivered, "queries", "list").stderr
    assert "others on this machine could read" in said and "closed now" in said
    assert open_to_others(delivered) == []
    assert "were open until" in " ".join(run(delivered, "doctor", "--json").stdout.split())
    assert run(delivered, "queries", "list").stderr == ""


def make_open(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_an_open_backup_is_closed_and_what_is_restored_from_one_too(delivered, tmp_path):
    """Earlier versions copied the modes of an open home."""
    run(delivered, "ingest", "AAA")
    backup, empty, new = tmp_path / "backup", tmp_path / "empty", tmp_path / "new"
    for folder in (empty, new):
        folder.mkdir(mode=0o755)
    run(delivered, "backup", str(backup))
    make_open(delivered / "landing")
    make_open(backup)
    run(new, "restore", str(backup))
    assert open_to_others(new) == [] and (new / "ledger.sqlite").exists()
    run(delivered, "backup", str(backup))
    run(delivered, "backup", str(empty))
    assert open_to_others(backup) == [] and open_to_others(empty) == [] and (empty / MANIFEST).exists()


def test_a_home_made_in_an_open_folder_is_closed(tmp_path):
    root = tmp_path / "home"
    root.mkdir(mode=0o755)
    (root / "sites").mkdir(mode=0o755)  # put there by hand before
    Home(root).create()
    assert root.stat().st_mode & 0o077 == 0
    close_to_others(Home(root))  # as the next command does
    assert open_to_others(root) == []


def test_nothing_that_is_no_home_is_closed(tmp_path):
    """`--home` may be mistyped, and the folder be everybody's."""
    folder = tmp_path / "everybody"
    (folder / "inbox").mkdir(parents=True)
    (folder / "thesis.docx").touch()
    make_open(folder)
    for _ in range(2):  # the second time as it would be after a first that went wrong
        with pytest.raises(UsageError, match="holds other things") as refused:
            Home(folder).create()
        assert "thesis" not in str(refused.value)
        assert close_to_others(Home(folder)).closed == 0
    assert {path.name for path in folder.iterdir()} == {"inbox", "thesis.docx"}
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in (folder, *folder.rglob("*")))


def test_what_lies_in_a_closed_home_is_no_alarm_and_does_not_hide_an_earlier_one(delivered):
    close_to_others(Home(delivered))
    delivered.chmod(0o755)
    run(delivered, "sites", "list")
    first = last_closed(Home(delivered))
    note = delivered / "note.txt"
    note.touch()
    note.chmod(0o644)
    assert run(delivered, "sites", "list").stderr == ""
    assert open_to_others(delivered) == [] and last_closed(Home(delivered)) == first and first.was_reached


def test_a_closed_home_is_looked_through_once(delivered, monkeypatch):
    close_to_others(Home(delivered))
    (delivered / "landing" / "open").touch()
    (delivered / "landing" / "open").chmod(0o644)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fwalk", None)  # a second look through everything would fail
        assert close_to_others(Home(delivered)).closed == 0
    (delivered / "logs" / RECORD).unlink()
    assert close_to_others(Home(delivered)).closed == 1


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch(0o644)
    outside.chmod(0o755)
    home = Home(tmp_path / "home").create()
    (home.inbox / "link").symlink_to(outside)
    home.root.chmod(0o755)
    assert close_to_others(home).closed == 1
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another account")
def test_what_belongs_to_another_account_is_told():
    home = Home(Path(tempfile.mkdtemp(prefix="haic-")) / "home").create()
    foreign = home.inbox / "file.csv"
    foreign.write_text("a")
    foreign.chmod(0o644)
    for place in (home.root.parent, home.root, *home.root.rglob("*")):
        os.chown(place, 65534, 65534)
    os.chown(foreign, 0, 0)
    program = (
        "import os; from pathlib import Path; from haicplatform.core.settings import Home;"
        "from haicplatform.core.private_home import close_to_others; os.setuid(65534);"
        f"print(close_to_others(Home(Path({str(home.root)!r}))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd="/")
    assert "closed=0, foreign=1" in done.stdout, done.stderr
    os.chown(home.root, 0, 0)
    home.root.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd="/")
    assert "left=('.',), was_reached=True" in done.stdout, done.stderr
    shutil.rmtree(home.root.parent)
