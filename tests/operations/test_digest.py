"""The night's text for each hospital: right numbers, three things to do, no patient; sent by a real mail server."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from mail_server import certificate, mail_server
from sqlalchemy import delete
from typer.testing import CliRunner

from haicplatform.cli.main import app
from haicplatform.core.clock import now
from haicplatform.core.errors import UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home, Settings
from haicplatform.ledger.engine import writing
from haicplatform.ledger.models import Derivation
from haicplatform.ledger.store import Ledger
from haicplatform.operations import digest, mail
from haicplatform.operations.digest import write_digests
from haicplatform.operations.nightly_status import SiteNight
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries.actions import Request, act
from haicplatform.queries.sync import sync_site
from haicplatform.sites.loading import load_site
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("manager", "data_manager")


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A hospital whose second delivery mended one of three body heights, and whose third was refused."""
    home = Home(tmp_path_factory.mktemp("night") / "home").create()
    make_site(home, more="mail: [data@hospital.test, desk@hospital.test]")
    for day, wrong in (("20240101", 3), ("20240102", 2), ("20240103", 0)):
        rows = records(8)
        rows["followup_event"][0]["event_date"] = f"2023-06-{day[-2:]}"
        for row in rows["patient"][:wrong]:
            row["height_cm"] = "900"
        if not wrong:
            rows["lab"] = rows["lab"][:5]
        deliver(home, rows, day)
        ingest_site(home, "AAA")
        sync_site(home, "AAA")
    with Ledger(home) as ledger:
        act(ledger, MANAGER, [Request(1, "answer", "P000 is 170 cm tall")])
    return home


@pytest.fixture
def home(night, tmp_path):
    return Home(shutil.copytree(night.root, tmp_path / "home"))


def digest_of(home, name="AAA", **at):
    return next(each for each in write_digests(home, **at) if each.name == name)


@pytest.fixture
def server(monkeypatch):
    def use(port, **more):
        given = {"HOST": "127.0.0.1", "PORT": port, "FROM": "haic@centre.test", "TLS": "none"} | more
        for name, value in given.items():
            monkeypatch.setenv(f"HAIC_SMTP_{name}", str(value))

    return use


def test_the_text_counts_what_moved_and_what_waits(home):
    text = digest_of(home).text
    korean, english = text.split("\n\n----\n\n")
    assert "최근 자료: 추출일 2024-01-03, 거부" in korean
    assert "질의: 새로 4, 종결 1, 다시 열림 0" in korean  # three heights and the refusal; one height was mended
    assert "Queries: 4 new, 1 closed, 0 open again" in english
    assert "Waiting: 2 without an answer (0 overdue), 1 answered" in english
    assert "행 수가" in korean and "far fewer than" in english  # why it was refused
    assert "SYNTHETIC" in korean and "SYNTHETIC" in english


def test_there_are_at_most_three_things_to_do_and_the_refusal_is_the_first(home):
    korean = digest_of(home).text.split("\n\n----\n\n")[0]
    things = korean.split("할 일\n")[1].strip().splitlines()
    assert things[0] == "1. 거부된 자료를 고쳐 다시 보내 주십시오."
    assert len(things) == 3 and "'환자' 표" in korean


def test_queries_beyond_the_three_things_are_counted(home, monkeypatch):
    rules = ("patient.sex.code", "patient.sex.missing", "patient.height_cm.range", "patient.height_cm.type")
    most = tuple(("patient", None, rule, count) for rule, count in zip(rules, (9, 5, 4, 1), strict=True))
    night = SiteNight("AAA", ("가", "A"), status="refused", most=most, waiting=(19, 0))
    monkeypatch.setattr(digest, "site_nights", lambda *_: [night])
    korean, english = digest_of(home).text.split("\n\n----\n\n")
    assert korean.strip().endswith("그 밖에 답변을 기다리는 질의가 5건 있습니다.")
    assert english.strip().endswith("5 more queries wait for an answer.")


def test_a_delivery_that_was_not_judged_yet_waits(home):
    with Ledger(home) as ledger, writing(ledger.engine, home) as session:
        session.execute(delete(Derivation))
    assert "처리 대기" in digest_of(home).text and "아직 없음" not in digest_of(home).text


def test_no_patient_and_no_value_stands_in_a_text(home):
    for each in write_digests(home):
        assert not any(secret in each.text for secret in ("P000", "P001", "900", "170"))


def test_only_what_happened_since_the_day_before_is_new(home):
    write_digests(home)
    later = now() + dt.timedelta(days=20)
    text = digest_of(home, now=later).text
    assert "Queries: 0 new, 0 closed" in text and "2 without an answer (2 overdue)" in text
    assert "밀린 추출 자료를 보내 주십시오." in text  # twenty days without a delivery


def test_the_files_are_for_nobody_else(home):
    made = write_digests(home)
    assert {(each.path.stat().st_mode & 0o777, each.path.parent.stat().st_mode & 0o777) for each in made} == {
        (0o600, 0o700)
    }
    assert {each.path.name for each in made} >= {"AAA.txt", "centre.txt"}
    centre = next(each for each in made if each.name == "centre")
    assert "AAA 시험병원: 거부/refused" in centre.path.read_text(encoding="utf-8")


def test_the_digest_is_sent_to_whom_the_site_file_names(home, server, monkeypatch):
    monkeypatch.setenv("HAIC_DIGEST_TO", "centre@centre.test")
    with mail_server() as (port, received):
        server(port)
        became = mail.send(home, write_digests(home))
    assert (became["AAA"], became["centre"]) == ("sent", "sent")
    assert {word for name, word in became.items() if name not in ("AAA", "centre")} == {"no recipients"}
    (to, message, _), (to_centre, _, _) = received
    assert (to, to_centre) == (("data@hospital.test", "desk@hospital.test"), ("centre@centre.test",))
    assert message["Subject"].startswith("[HAIC] ") and "시험병원" in message["Subject"]
    assert message.get_content() == digest_of(home).text


def test_by_tls_and_with_a_password_from_a_private_file(home, server, tmp_path):
    context, trusted = certificate(tmp_path)
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    more = {"CA_FILE": trusted, "USER": "haic", "PASSWORD_FILE": password}
    for kind in ("starttls", "tls"):
        with mail_server(context=context, is_tls=kind == "tls", login=("haic", "secret")) as (port, received):
            server(port, TLS=kind, **more)
            assert mail.send(home, write_digests(home))["AAA"] == "sent"
        assert [is_encrypted for _, _, is_encrypted in received] == [True]


def test_a_server_that_is_not_trusted_gets_nothing(home, server, tmp_path):
    context, _ = certificate(tmp_path)
    with mail_server(context=context) as (port, received):
        server(port, TLS="starttls", USER="haic", PASSWORD="secret")
        assert mail.send(home, write_digests(home))["AAA"].startswith("SSLCertVerificationError")
    assert received == []


@pytest.mark.parametrize("kind", ["gone", "wrong password", "no recipient", "open password file"])
def test_a_failure_is_told_and_recorded_and_raises_nothing(home, server, tmp_path, kind):
    unknown = ("data@", "desk@") if kind == "no recipient" else ()
    with mail_server(login=("haic", "secret"), unknown=unknown) as (port, received):
        more = {"USER": "haic", "PASSWORD": "wrong"} if kind == "wrong password" else {}
        if kind == "open password file":
            (tmp_path / "password").write_text("secret")
            (tmp_path / "password").chmod(0o644)
            more = {"USER": "haic", "PASSWORD_FILE": tmp_path / "password"}
        server(1 if kind == "gone" else port, **more)
        became = mail.send(home, write_digests(home))["AAA"]
    assert received == [] and became != "sent" and "secret" not in became
    with Ledger(home) as ledger:
        run = ledger.runs(1)[0]
    assert run.step == "mail" and run.outcome.startswith("0 sent, 1 not: ")


def test_a_password_does_not_leave_unencrypted(home, server):
    server(25, HOST="mail.hospital.test", USER="haic", PASSWORD="secret")
    assert mail.send(home, write_digests(home))["AAA"].startswith("A password is not sent without TLS")


@pytest.mark.parametrize(("name", "value"), [("PORT", "mail"), ("PORT", "70000"), ("TLS", "ssl")])
def test_a_slip_in_the_mail_settings_stops_mail_alone(home, server, monkeypatch, name, value):
    server(25)
    monkeypatch.setenv(f"HAIC_SMTP_{name}", value)
    assert f"HAIC_SMTP_{name}" in mail.send(home, write_digests(home))["AAA"]


def test_a_setting_that_cannot_be_used_is_named_without_its_value(monkeypatch):
    monkeypatch.setenv("HAIC_QUERY_OVERDUE_DAYS", "fortnight")
    with pytest.raises(UsageError, match="HAIC_QUERY_OVERDUE_DAYS") as said:
        Settings()
    assert "fortnight" not in str(said.value)


def test_the_command_says_what_became_of_each(home, server, monkeypatch):
    run = CliRunner().invoke
    assert run(app, ["--home", str(home.root), "digest"]).exit_code == 0
    monkeypatch.delenv("HAIC_SMTP_HOST", raising=False)
    assert isinstance(run(app, ["--home", str(home.root), "digest", "--send"]).exception, UsageError)
    server(1)
    failed = run(app, ["--home", str(home.root), "digest", "--send"])
    assert failed.exit_code == 1 and "ConnectionRefusedError" in failed.stdout.replace("\n", "")


def test_a_wrong_address_in_the_site_file_is_a_mistake_with_its_line(home):
    path = home.sites / "AAA" / "site.yaml"
    path.write_text(path.read_text().replace("desk@hospital.test", '"desk\\nBcc: x@y"'))
    with pytest.raises(UsageError, match="no mail address"):
        load_site("AAA", home)
