"""`python -m flows`: run a flow once, or serve all of them on their schedules, against the server in the environment.

Belongs here: starting flows from a shell. Does not belong here: starting a server
(haicplatform.operations.flow_server).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from prefect import Flow
from prefect.states import State

from flows import deployments
from flows.common import create_limits
from flows.harmonise import harmonise
from flows.ingest import ingest
from flows.nightly import nightly
from flows.study import study
from haicplatform.core.settings import Home

FLOWS: dict[str, Flow[..., State]] = {"ingest": ingest, "harmonise": harmonise, "study": study, "nightly": nightly}


def serve_all() -> None:
    """Register every deployment and run what falls due, one hospital's run at a time beside another."""
    from prefect import serve
    from prefect.schedules import Cron

    create_limits()
    home = Home(Path(os.environ["HAIC_HOME"]))
    serve(
        *(
            FLOWS[wanted.flow].to_deployment(  # type: ignore[arg-type]  # outside of a loop it gives no coroutine
                name=wanted.name,
                parameters=wanted.parameters,
                schedule=Cron(wanted.cron, timezone=deployments.TIMEZONE),
            )
            for wanted in deployments.wanted(home)
        ),
        limit=2,
        print_starting_message=False,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m flows")
    parser.add_argument("flow", choices=[*FLOWS, "serve"])
    parser.add_argument("name", nargs="?", help="a hospital for ingest, a study for study")
    chosen = parser.parse_args()
    if chosen.flow == "serve":
        serve_all()
        return 0
    arguments = [chosen.name] if chosen.name else []
    state = FLOWS[chosen.flow](*arguments, return_state=True)
    if not state.is_completed():
        print(state.message, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
