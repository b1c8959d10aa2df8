"""Bad input as a hospital's coordinator meets it: one sentence, the right exit code, nothing lost, no identity said.

One test a line of the issue's list, through the command line in this process.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys

import openpyxl
import pytest

from haicplatform.cli import main
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from tests.pipeline.hospital import deliver, make_site, records

NUMBER = "801231-1234567"


def delivered(root) -> Home:
    home = Home(root).create()
    make_site(home, never="patient.key.duplicate")
    deliver(home, records(10), "20240101")
    return home


@pytest.fixture(scope="module")
def in_force(tmp_path_factory):
    home = delivered(tmp_path_factory.mktemp("in_force") / "home")
    ingest_site(home, "AAA")
    return home


BEFORE_THE_FIRST = pytest.mark.parametrize("home", ["nothing taken in yet"], indirect=True)


@pytest.fixture
def home(in_force, tmp_path, request):
    """A hospital whose first delivery, clean, is in force; under BEFORE_THE_FIRST it waits in the inbox."""
    if hasattr(request, "param"):
        return delivered(tmp_path / "home")
    return Home(shutil.copytree(in_force.root, tmp_path / "home"))


@pytest.fixture
def haic(home, monkeypatch, capsys):
    """Run one command as typed: (exit code, all that was printed)."""

    def run(*words: object, at: object = home.root) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["haic", "--home", str(at), *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main.main()
        said = capsys.readouterr()
        text = said.out + said.err
        assert "Traceback" not in text
        return stop.value.code, text

    return run


def second(home, rows=None):
    return deliver(home, rows or records(10), "20240102")


def found(haic, site="AAA"):
    """What `haic findings` says: (rule, file, row, column, delivery)."""
    _, text = haic("findings", site, "--limit", 1000, "--json")
    return {tuple(row[name] for name in ("rule", "file", "row", "column", "delivery")) for row in json.loads(text)}


def original(home, name):
    return [path for path in home.landing.rglob(name) if {"original", "refused"} & set(path.parts)]


def test_a_file_in_the_wrong_encoding(home, haic):
    folder = second(home)
    patient = folder / "patient.csv"
    text = patient.read_text(encoding="utf-8").replace("P-key-3", "간암")
    patient.write_bytes(text.encode("cp949")[:-40] + b"\xff\xfe\x81\x20" + text.encode("cp949")[-40:])
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "The file's text cannot be decoded (file patient.csv). Found: " in said and "What to do: export it" in said
    assert ("file.encoding", "patient.csv", None, None, "in force") in found(haic)
    assert len(original(home, "patient.csv")) == 2


@BEFORE_THE_FIRST
def test_without_a_patients_file_no_row_is_blamed(home, haic):
    """All other rows wait for the first patients' file; only the file is a finding."""
    folder = home.inbox / "AAA" / "delivery_20240101"
    (folder / "patient.csv").write_bytes(b"")
    code, said = haic("ingest", "AAA")
    assert code == 3 and ", 0 rows in force, 1 errors" in said
    errors = json.loads(haic("findings", "AAA", "--severity", "error", "--json")[1])
    assert [(row["rule"], row["file"]) for row in errors] == [("file.empty", "patient.csv")]


def test_a_column_gone_and_another_new(home, haic):
    folder = second(home)
    for name, old, new in (("patient", "birth_year", "born"), ("lab", "value_raw", "result")):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text().replace(old, new, 1))
    code, said = haic("ingest", "AAA")
    assert code == 2
    assert "patient.csv: not in the site file: born" in said  # each file with its own lists
    assert "lab.csv: not in the site file: result; not in the file: value_raw" in said
    with Ledger(home) as ledger:
        assert ledger.runs()[0].outcome.startswith("stopped: The columns of delivered files")
        assert len(ledger.deliveries("AAA")) == 2
    assert haic("ingest", "AAA", home.inbox / "AAA" / "delivery_20240101")[0] == 2  # it waits, and goes on saying so
    code, said = haic("sites", "check", "AAA")
    assert code == 3 and "born" in said and "result" in said


def test_a_file_without_its_header_says_no_patients_number(home, haic):
    folder = second(home, records(10, prefix="HN77"))
    path = folder / "treatment_course.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "The file has no header as the site file describes it (file treatment_course.csv)" in said
    assert "HN77" not in said
    assert "HN77" not in haic("sites", "check", "AAA")[1]
    with Ledger(home) as ledger:
        assert "HN77" not in str([run.outcome for run in ledger.runs()])


def test_a_truncated_workbook(home, haic):
    folder = second(home)
    (folder / "lab.csv").unlink()
    path = folder / "lab.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["patient_id"])
    book.save(path)
    path.write_bytes(path.read_bytes()[:2000])
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "The workbook is cut off or damaged (file lab.xlsx). Found: 2,000 bytes." in said
    assert ("file.truncated", "lab.xlsx", None, None, "in force") in found(haic)
    assert original(home, "lab.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("lab.csv", b"", "The file is empty (file lab.csv)."),
        ("lab.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "Found: a web page or XML."),
        ("lab.xlsx", b"a,b\n1,2\n", "Found: text. Expected: an Excel workbook."),
    ],
)
def test_a_file_that_is_not_what_its_name_says(home, haic, name, content, sentence):
    folder = second(home)
    (folder / "lab.csv").unlink()
    (folder / name).write_bytes(content)
    code, said = haic("ingest", "AAA")
    assert code == 3 and sentence in said


def test_a_code_never_seen_and_a_date_that_cannot_be(home, haic):
    rows = records(40)
    rows["treatment_course"][0]["regimen"] = "신약"
    rows["treatment_course"][1]["start_date"] = "2023-02-30"
    second(home, rows)
    code, said = haic("ingest", "AAA")
    assert code == 0 and "2 errors" not in said.splitlines()[0].replace("0 errors", "")
    cells = found(haic)  # before any harmonise
    assert ("treatment_course.regimen.code", "treatment_course.csv", 2, "regimen", "in force") in cells
    assert ("treatment_course.start_date.date", "treatment_course.csv", 3, "start_date", "in force") in cells
    _, said = haic("findings", "AAA")
    assert "'신약' in column 'regimen' is not a known code. Expected one of: " in said
    assert "'regimen' 열의 값 '신약'은(는) 정해진 코드가 아닙니다." in said
    assert haic("sites", "check", "AAA")[1].count("신약") == 1


def test_a_registration_number_in_a_cell_a_header_a_sheet_and_a_file_name(home, haic):
    folder = second(home)
    patient, lab = folder / "patient.csv", folder / "lab.csv"
    patient.write_text(patient.read_text().replace("P-key-3", NUMBER))
    header, *lines = lab.read_text().splitlines()
    lab.write_text("\n".join([f"{header},{NUMBER}", *(f"{line}," for line in lines)]))
    (folder / "diagnosis.csv").rename(folder / f"{NUMBER}_diagnosis.csv")
    book = openpyxl.Workbook()
    book.active.title = "adverse_event"
    book.create_sheet(NUMBER)
    book.save(folder / "adverse_event.xlsx")
    _, checked = haic("sites", "check", "AAA", "--json")
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "(file patient.csv, row 5, column link_key). Found: 1 place, the first in a cell." in said
    assert "(file lab.csv, column [masked])" in said
    assert "[masked]_diagnosis.csv" in said
    assert "(file adverse_event.xlsx)" in said
    assert "holds a resident registration number" in checked
    assert NUMBER not in said + checked + haic("findings")[1]
    for path in home.root.rglob("*"):
        kept_apart = {"inbox", "refused"} & set(path.parts)
        assert NUMBER not in path.name or kept_apart, path
        if path.is_file() and not kept_apart:
            assert NUMBER.encode() not in path.read_bytes(), path
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.landing.rglob("refused/*/*.csv"))


def refused_delivery(home):
    rows = records(10)
    rows["patient"].append(rows["patient"][2] | {"sex": "F", "birth_year": 1930})
    rows["treatment_course"][0]["regimen"] = "신약"
    second(home, rows)


def test_a_duplicate_key_and_every_finding_of_the_refused_delivery(home, haic):
    refused_delivery(home)
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "delivery.never: patient: found patient.key.duplicate, expected none" in said
    assert "most found in the refused delivery: patient.key.duplicate 2 (error), " in said
    assert "treatment_course.regimen.code 1 (error)" in said
    cells = found(haic)
    assert ("patient.key.duplicate", "patient.csv", 12, "sex", "refused") in cells
    assert ("treatment_course.regimen.code", "treatment_course.csv", 2, "regimen", "refused") in cells
    assert haic("harmonise")[0] == 0
    assert found(haic) >= cells


def test_errors_of_a_refused_delivery_are_nobodys_open_errors(home, haic):
    from haicplatform.warehouse import warehouse

    refused_delivery(home)
    haic("ingest", "AAA")
    haic("harmonise")
    with warehouse.published(home) as con:
        assert con.execute("SELECT count(*) FROM quality.finding WHERE rule_id LIKE '%regimen.code'").fetchone() == (1,)
        assert con.execute("SELECT count(*) FILTER (has_open_error) FROM harmonised.person").fetchone() == (0,)
    [hospital] = [row for row in json.loads(haic("sites", "list", "--json")[1]) if row["site"] == "AAA"]
    assert (hospital["last delivery"], hospital["errors"] or 0) == ("refused", 0)


def test_a_delivery_half_its_usual_size(home, haic):
    second(home, records(5))
    code, said = haic("ingest", "AAA")
    assert code == 3
    assert "delivery.volume: patient: found 5, expected >= 60 % of 10" in said
    assert haic("ingest", "AAA") == (0, "AAA  nothing new\n")


@pytest.mark.parametrize("command", [("ingest", "AAA"), ("init",)])
def test_a_home_that_cannot_be_written(tmp_path, haic, command):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "home"
    code, said = haic(*command, *([place] if command == ("init",) else []), at=place)
    assert code == 2
    assert str(place) in said and "What to do: " in said


@BEFORE_THE_FIRST
@pytest.mark.parametrize("largest", [4_000, 70_000])  # the first files of a home; a later one
def test_no_room_on_the_disk(home, haic, largest):
    """The kernel refuses to let any file grow beyond `largest` bytes; with room again nothing is lost."""
    second(home)
    result = subprocess.run(
        [sys.executable, "-m", "haicplatform.cli.main", "--home", home.root, "ingest", "AAA"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    assert result.returncode == 1, result
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr
    assert "Expected: " in result.stderr and "free disk space. What to do: " in result.stderr
    assert haic("ingest", "AAA")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("extract: full", "extrakt: full", "unknown key `extrakt`"),
        ("extract: full", "extract: ful", "input should be 'full' or 'incremental' (found 'ful')"),
        ("extract: full", "extract: full\nextract: full", "written twice"),
        ("layout:", "layout", "not valid YAML"),
        ("patient.key.duplicate", "patient.key.duplikate", "did you mean `patient.key.duplicate`?"),
        (None, "", "this is not a list of entries `key: value`"),
    ],
)
def test_a_site_file_with_a_typo(home, haic, old, new, sentence):
    make_site(home, "BBB")
    path = home.sites / "AAA" / "site.yaml"
    path.write_text(path.read_text().replace(old, new, 1) if old else new)
    code, said = haic("ingest", "AAA")
    assert code == 2
    assert sentence in said and f"file {path}, row " in said
    rows = {row["site"]: row for row in json.loads(haic("sites", "list", "--json")[1])}
    assert sentence in rows["AAA"]["hospital"] and "시험병원" in rows["BBB"]["hospital"]


@BEFORE_THE_FIRST
def test_a_lost_identity_key_is_not_replaced(home, haic):
    path = home.sites / "AAA" / "site.yaml"
    path.write_text(path.read_text().replace("patient_ids: study", "patient_ids: hospital"))
    haic("ingest", "AAA")
    home.key_file.unlink()
    second(home, records(11))
    code, said = haic("ingest", "AAA")
    assert code == 2 and "restore the key from its backup" in said
    assert not home.key_file.exists()


@BEFORE_THE_FIRST
def test_files_of_the_platform_that_are_gone_or_broken(home, haic):
    haic("ingest", "AAA")
    haic("harmonise")
    published = home.published / "warehouse.duckdb"
    published.chmod(0o600)
    for path, command in (
        (published, ("findings",)),
        (published, ("sites", "list")),
        (home.warehouse, ("study", "run", "haic_after_ate_beva")),
    ):
        path.write_bytes(b"no database" * 1000)
        code, said = haic(*command)
        assert code == 1 and f"cannot be opened (file {path})" in said and "haic harmonise" in said
    assert haic("harmonise")[0] == 0
    home.ledger.write_bytes(b"no database" * 1000)
    code, said = haic("ingest", "AAA")
    assert code == 1 and "restore" in said
    for path in home.root.glob("ledger.sqlite*"):
        path.unlink()
    assert haic("ingest", "AAA")[0] == 0
    for path in sorted((home.landing / "AAA" / "state").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    code, said = haic("harmonise")
    assert code == 1 and "run `haic ingest AAA`" in said
    assert haic("ingest", "AAA")[0] == haic("harmonise")[0] == 0


def test_wrong_words_on_the_command_line(home, haic, tmp_path):
    (tmp_path / "file").write_text("")
    for words in (
        ("ingest", "XXX"), ("findings", "XXX"), ("sites", "check", "XXX"), ("findings", "--limit", "-3"),
        ("findings", "--severity", "bad"), ("ingest", "AAA", "/no/such"), ("dictionary", "--to", tmp_path / "file"),
    ):  # fmt: skip
        code, said = haic(*words)
        assert code == 2, (words, said)


@pytest.mark.parametrize("has_home", [True, False])
def test_a_fault_of_ours_is_told_in_the_homes_logs_without_a_value(home, haic, tmp_path, monkeypatch, has_home):
    def fail(*_):
        raise RuntimeError(NUMBER)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("haicplatform.pipeline.ingest_hospital.ingest_site", fail)
    monkeypatch.setattr("haicplatform.operations.doctor.checks", fail)
    code, said = haic("ingest", "AAA") if has_home else haic("doctor", at=tmp_path / "none")
    [log] = tmp_path.rglob("haic-error-*.log")
    assert log.parent == (home.logs if has_home else tmp_path)
    assert code == 1 and "not your fault (RuntimeError)" in said
    assert f"Send {log if has_home else log.name} to" in said
    assert "in fail" in log.read_text(encoding="utf-8") and NUMBER not in said + log.read_text(encoding="utf-8")


@BEFORE_THE_FIRST
def test_stopped_by_hand(home, haic, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("haicplatform.pipeline.ingest_hospital._judge_all", stop)
    code, said = haic("ingest", "AAA")
    assert code == 1 and "stopped; what was finished is kept" in said
    monkeypatch.undo()
