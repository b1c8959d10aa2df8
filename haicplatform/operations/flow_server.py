"""The Prefect side as seen from outside a flow: find or start a server, run a flow in a process of its own.

Belongs here: server processes and the environment that flows run in (loopback only, no telemetry).
Does not belong here: Prefect itself. Flows import the library, so the library starts them as programs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haicplatform.core.errors import HaicError
from haicplatform.core.settings import Home

HOST = "127.0.0.1"
USUAL_PORT = 4200
START_SECONDS = 300  # on a machine that is busy; a server that ended is noticed at once


def environment(home: Home, api_url: str) -> dict[str, str]:
    """The environment of every Prefect process: its own folder, loopback, nothing reported to anyone."""
    prefect_home = home.root / ".prefect"
    prefect_home.mkdir(mode=0o700, exist_ok=True)
    return os.environ | {
        "HAIC_HOME": str(home.root.resolve()),
        "PREFECT_HOME": str(prefect_home.resolve()),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "WARNING"),
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
    }


def is_healthy(api_url: str, timeout: float = 1.0) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=timeout) as answer:
            return answer.status == 200 and answer.read().strip() == b"true"
    except (urllib.error.URLError, OSError, ValueError):
        return False


def find_server() -> str | None:
    """The API address of a running server: the one `PREFECT_API_URL` names, else the usual local port."""
    for url in (os.environ.get("PREFECT_API_URL"), f"http://{HOST}:{USUAL_PORT}/api"):
        if url and is_healthy(url):
            return url
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def server(home: Home, port: int | None = None) -> Iterator[str]:
    """A Prefect server of this home folder on 127.0.0.1, stopped at the end; yields its API address.

    Raises HaicError when it does not answer in time; its own log is in `<home>/logs/prefect-server.log`.
    """
    port = port or free_port()
    url = f"http://{HOST}:{port}/api"
    log_path = home.logs / "prefect-server.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)],
            env=environment(home, url),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(process, url, log_path)
        yield url
    finally:
        _stop(process)


def _wait(process: subprocess.Popen, url: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_healthy(url, timeout=5.0):
            return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise HaicError(
        "The Prefect server did not start",
        found=f"no answer at {url}",
        todo=f"read the last lines of {log_path}; is the port free and the folder writable?",
    )


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_flow(home: Home, api_url: str, *arguments: str) -> int:
    """Run `python -m flows ARGUMENTS` against a server, its output on our own; returns its exit code."""
    return subprocess.call([sys.executable, "-m", "flows", *arguments], env=environment(home, api_url))
