"""Scheduled for real: a Prefect server sees a cron run appear by itself, complete, and leave its artifacts.

And deployed for real: prefect.yaml as it is shipped, onto a work pool whose worker stands in another folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

import pytest

from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.operations import flow_server

ROOT = Path(__file__).resolve().parents[2]

SITE = """
hospital: {{name_en: SYNTHETIC test hospital, name_ko: 합성 병원}}
synthetic: true
layout: contract
extract: full
patient_ids: study
extracted_at: {{from: value, value: 2024-08-15}}
schedule: "{schedule}"
gates: {{max_quarantined_percent: 60}}
"""
PATIENTS = "patient_id,sex,birth_year,etiology\nT-1,M,1960,HBV\nT-2,X,1961,HBV\n"
WAIT_SECONDS = 180
BUSY_RETRIES = 5
FINISHED = ["COMPLETED", "FAILED", "CRASHED"]


def ask(url: str, path: str, body: dict) -> list | dict:
    request = urllib.request.Request(
        f"{url}/{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    for attempt in range(BUSY_RETRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or attempt == BUSY_RETRIES:
                raise
            time.sleep(2)  # its SQLite is locked; Prefect's own clients ask again too


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """TST is due every minute; SSM, which prefect.yaml names, is not due while the tests run."""
    home = Home(tmp_path_factory.mktemp("flows") / "home").create()
    for site_id, schedule in (("TST", "* * * * *"), ("SSM", "0 0 29 2 *")):
        (home.sites / site_id).mkdir()
        (home.sites / site_id / "site.yaml").write_text(SITE.format(schedule=schedule), encoding="utf-8")
        (home.inbox / site_id).mkdir()
        (home.inbox / site_id / "patient.csv").write_text(PATIENTS, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def url(home: Home):
    with flow_server.server(home) as url:
        yield url


def test_a_cron_run_appears_by_itself_and_leaves_its_artifacts(home: Home, url: str):
    worker = subprocess.Popen(
        [sys.executable, "-m", "flows", "serve"],
        env=flow_server.environment(home, url),
        stdout=subprocess.DEVNULL,
        stderr=(home.logs / "worker.log").open("wb"),
    )
    try:
        run = wait_for(lambda: finished(url, "ingest-TST"), "a scheduled run that finished")  # started by nobody
        artifacts = ask(url, "artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    finally:
        worker.terminate()
        worker.wait(30)
    assert run["auto_scheduled"] and run["state_type"] == "COMPLETED"
    assert {a["key"] for a in artifacts} == {"delivery-tst", "findings-tst"}
    table = json.loads(next(a["data"] for a in artifacts if a["key"] == "findings-tst"))
    assert {"rule": "patient.sex.code", "file": "patient.csv", "row": 3, "column": "sex"}.items() <= table[0].items()


def test_a_worker_in_another_folder_runs_what_prefect_yaml_deploys(home: Home, url: str, tmp_path: Path):
    """The worker's own environment names no home folder: the deployment brings it along."""
    environment = flow_server.environment(home, url)
    without_home = {name: value for name, value in environment.items() if name not in ("HAIC_HOME", "PYTHONPATH")}
    prefect = [sys.executable, "-m", "prefect"]
    worker = subprocess.Popen(
        [*prefect, "worker", "start", "--pool", "haic", "--type", "process"],
        cwd=tmp_path, env=without_home, stdout=subprocess.DEVNULL, stderr=(home.logs / "pool.log").open("wb"),
    )  # fmt: skip
    try:
        wait_for(lambda: ask(url, "work_pools/filter", {}), "a work pool, made by its worker")
        deployed = subprocess.run(
            [*prefect, "--no-prompt", "deploy", "--all"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        [ours] = ask(url, "deployments/filter", named("deployments", "ingest-SSM"))
        ask(url, f"deployments/{ours['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})
        run = wait_for(lambda: finished(url, "ingest-SSM"), "a run that finished")
    finally:
        worker.terminate()
        worker.wait(30)
    assert (run["state_type"], run["state"]["message"]) == ("COMPLETED", "SSM ingested")
    with Ledger(home) as ledger:
        assert [each.status for each in ledger.derivations("SSM")] == ["accepted"]
    assert list(tmp_path.iterdir()) == []


def named(kind: str, name: str) -> dict:
    return {kind: {"name": {"any_": [name]}}}


def finished(url: str, deployment: str) -> list[dict]:
    """The finished runs of a deployment."""
    ended = {"flow_runs": {"state": {"type": {"any_": FINISHED}}}}
    return ask(url, "flow_runs/filter", named("deployments", deployment) | ended)


def wait_for(asked: Callable[[], list[dict]], what: str) -> dict:
    """The first of what is asked for, as soon as there is one."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if answer := asked():
            return answer[0]
        time.sleep(0.5)
    raise AssertionError(f"no {what.removeprefix('a ')} in {WAIT_SECONDS} s")


@pytest.mark.parametrize("given", ["", "nowhere"])
@pytest.mark.parametrize("flow", ["ingest", "harmonise", "study", "nightly"])
def test_without_a_home_folder_a_run_says_so_in_a_sentence(flow: str, given: str, monkeypatch, tmp_path: Path):
    """Empty is what `prefect deploy` writes where it was not set."""
    monkeypatch.setenv("HAIC_HOME", given and str(tmp_path / given))
    module = import_module(f"flows.{flow}")
    tasks = {"ingest": "ingest_hospital", "harmonise": "harmonise_hospitals", "study": "report_study"}
    arguments = {"ingest": ["SSM"], "study": ["any"]}.get(flow, [])
    state = getattr(module, tasks.get(flow, flow)).fn(*arguments)
    assert state.is_failed() and "HAIC_HOME" in state.message
    assert state.message.startswith("There is no platform in the folder" if given else "No home folder is given.")
    assert list(tmp_path.iterdir()) == []
