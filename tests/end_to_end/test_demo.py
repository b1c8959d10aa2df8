"""The whole way as a newcomer has it: the wheel in an empty environment, run from another folder, listened to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from haicplatform.core.settings import Home
from haicplatform.warehouse import warehouse
from tests.conftest import need
from tests.end_to_end.outside import outside_addresses, run_listening

ROOT = Path(__file__).resolve().parents[2]
HOSPITALS = 8


@dataclass(frozen=True)
class Demo:
    home: Home
    output: str
    haic: Path
    folder: Path
    connections: Path


def installed_wheel(folder: Path) -> Path:
    """The wheel, built from this checkout, in an environment that has the pinned packages and not the checkout."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
    )
    environment = folder / "env"
    venv.EnvBuilder(symlinks=True).create(environment)
    packages = next(environment.glob("lib/python*/site-packages"))
    # A path line is only added, never searched for .pth files: the checkout's editable install stays out.
    (packages / "pinned.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    wheel = next(folder.glob("haicplatform-*.whl"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--prefix",
            environment,
            "--ignore-installed",
            wheel,
        ],
        check=True,
    )
    return environment / "bin/haic"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    need("strace", "strace")
    folder = tmp_path_factory.mktemp("newcomer")
    haic = installed_wheel(folder)
    home, log = folder / "home", folder / "connect.log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "PYTHON", "HAIC"))}
    done = run_listening(
        [str(haic.parent / "python"), str(haic), "--home", str(home), "demo"], log, cwd=folder, env=clean, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Demo(Home(home), done.stdout, haic, folder, log)


def test_nobody_else_can_read_the_home(demo: Demo):
    every = [demo.home.root, *demo.home.root.rglob("*")]
    assert [str(path) for path in every if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []


def rows(home: Home, query: str) -> list[tuple]:
    with warehouse.published(home) as con:
        return con.execute(query).fetchall()


def test_the_demonstration_runs_from_the_wheel_not_from_the_checkout(demo: Demo):
    where = subprocess.run(
        [str(demo.haic.parent / "python"), "-c", "import haicplatform; print(haicplatform.__file__)"],
        cwd=demo.folder,
        capture_output=True,
        text=True,
    ).stdout
    assert str(demo.folder) in where


def test_a_worker_with_the_wheel_alone_finds_every_flow_that_prefect_yaml_deploys(demo: Demo):
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    entrypoints = sorted({each["entrypoint"] for each in deployments})
    load = (
        "import sys; from prefect.flows import load_flow_from_entrypoint as load;"
        "print(*(sys.modules[load(each, use_placeholder_flow=False).fn.__module__].__file__ for each in sys.argv[1:]))"
    )
    python = str(demo.haic.parent / "python")
    found = subprocess.run([python, "-c", load, *entrypoints], cwd=demo.folder, capture_output=True, text=True)
    assert found.returncode == 0 and entrypoints, found.stderr
    assert [str(demo.folder) in each for each in found.stdout.split()] == [True] * len(entrypoints)


def test_every_planted_defect_is_found_and_nothing_else(demo: Demo):
    words = " ".join(demo.output.split())
    found = re.search(r"file, row and column: (\d+) of (\d+); error findings that nobody planted: (\d+)", words)
    assert found, demo.output
    assert found[1] == found[2] and int(found[2]) >= 40 and found[3] == "0", demo.output


def test_all_hospitals_are_in_the_pooled_report(demo: Demo):
    assert len(rows(demo.home, "SELECT DISTINCT site_id FROM harmonised.person")) == HOSPITALS
    reports = list(demo.home.reports.glob("*/*/report.html"))
    assert len(reports) >= 2 and all(report.stat().st_size > 50_000 for report in reports)


def test_no_outside_request_is_made(demo: Demo):
    assert demo.connections.stat().st_size > 0
    assert outside_addresses(demo.connections) == []


def test_the_report_loads_nothing_from_outside(demo: Demo):
    for report in demo.home.reports.glob("*/*/report.html"):
        text = report.read_text(encoding="utf-8")
        assert (
            re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//[^"'\s>]+|url\(\s*["']?https?:|@import""", text) == []
        )


def test_every_number_leads_to_its_patients_and_their_cells(demo: Demo):
    studies = sorted(path.name for path in demo.home.reports.iterdir())
    assert len(studies) >= 4
    for study in ["haic_after_ate_beva"]:  # the others the same way; each takes a quarter of a minute and more
        done = subprocess.run(
            [str(demo.haic), "--home", str(demo.home.root), "trace", "--all", study, "--json"],
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, (study, done.stdout[-2000:], done.stderr)
        walked = json.loads(done.stdout)
        assert sum(each["numbers"] for each in walked) > 4000
        assert all(each["faults"] == each["rows without a cell"] == 0 for each in walked)


def test_a_report_prints_only_estimates(demo: Demo):
    report = next(demo.home.reports.glob("haic_after_ate_beva/*/report.html")).read_text(encoding="utf-8")
    printed = set(re.findall(r'data-estimate(?:-id)?="([0-9a-f]{16})"', report))
    known = {row[0] for row in rows(demo.home, "SELECT estimate_id FROM analysis.estimate")}
    assert len(printed) > 200 and printed <= known


def test_the_same_files_again_do_nothing_within_two_seconds_a_hospital(demo: Demo):
    done = subprocess.run(
        [sys.executable, "-m", "haicplatform.cli.main", "--home", str(demo.home.root), "ingest", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    answers = json.loads(done.stdout)
    assert len(answers) == HOSPITALS
    assert {a["status"] for a in answers} == {"unchanged"}
    assert max(a["seconds"] for a in answers) < 2
