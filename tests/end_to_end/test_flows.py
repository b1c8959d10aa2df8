"""Scheduled for real: a Prefect server sees a cron run appear by itself, complete, and leave its artifacts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from haicplatform import orchestration
from haicplatform.settings import Home

SITE = """
hospital: {name_en: SYNTHETIC test hospital, name_ko: 합성 병원}
synthetic: true
layout: contract
extract: full
patient_ids: study
extracted_at: {from: value, value: 2024-08-15}
schedule: "* * * * *"
gates: {max_quarantined_percent: 60}
"""
PATIENTS = "patient_id,sex,birth_year,etiology\nT-1,M,1960,HBV\nT-2,X,1961,HBV\n"
WAIT_SECONDS = 180
FINISHED = ["COMPLETED", "FAILED", "CRASHED"]


def ask(url: str, path: str, body: dict) -> list[dict]:
    request = urllib.request.Request(
        f"{url}/{path}/filter", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home").create()
    (home.sites / "TST").mkdir()
    (home.sites / "TST/site.yaml").write_text(SITE, encoding="utf-8")
    (home.inbox / "TST").mkdir()
    (home.inbox / "TST/patient.csv").write_text(PATIENTS, encoding="utf-8")
    return home


def test_a_cron_run_appears_by_itself_and_leaves_its_artifacts(home: Home):
    with orchestration.server(home) as url:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flows", "serve"],
            env=orchestration.environment(home, url),
            stdout=subprocess.DEVNULL,
            stderr=(home.logs / "worker.log").open("wb"),
        )
        try:
            run = wait_for_scheduled_run(url)
            artifacts = ask(url, "artifacts", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
        finally:
            worker.terminate()
            worker.wait(30)
    assert run["auto_scheduled"] and run["state_type"] == "COMPLETED"
    assert {a["key"] for a in artifacts} == {"delivery-tst", "findings-tst"}
    table = json.loads(next(a["data"] for a in artifacts if a["key"] == "findings-tst"))
    assert {"rule": "patient.sex.code", "file": "patient.csv", "row": 3, "column": "sex"}.items() <= table[0].items()


def wait_for_scheduled_run(url: str) -> dict:
    """The first finished run of the hospital's deployment; nobody starts it but the scheduler."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        runs = ask(url, "flow_runs", {"flow_runs": {"state": {"type": {"any_": FINISHED}}}})
        if runs:
            return runs[0]
        time.sleep(1)
    raise AssertionError(f"no scheduled run finished in {WAIT_SECONDS} s")
