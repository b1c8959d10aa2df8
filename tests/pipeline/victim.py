"""Processes to be killed or starved: they ingest two hospitals and harmonise.

Started through a fork server that has imported everything, so that a kill meets the work and not the imports.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
from pathlib import Path

import great_expectations  # noqa: F401  see above: the gates import it when they run

from haicplatform.core.errors import HaicError
from haicplatform.core.settings import Home
from haicplatform.ingest.validation import rows  # noqa: F401
from haicplatform.ledger import store  # noqa: F401
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site

SITES = ("AAA", "BBB")


def context():
    """A fork server with this module imported."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    return server


def ingest_all(home: Home):
    for site_id in SITES:
        ingest_site(home, site_id)
    return harmonise(home)


def run_all(root: Path, said: Path, largest: int | None = None) -> None:
    """Everything, with no file larger than `largest` bytes; what a user would read goes to `said`."""
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        ingest_all(Home(root))
    except HaicError as error:
        said.write_text(str(error))
        sys.exit(3)


def ingest_one(root: Path, site_id: str, barrier) -> None:
    barrier.wait()
    ingest_site(Home(root), site_id)
