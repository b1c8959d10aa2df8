"""The published cohort's hospital, harmonised, for the tests of studies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def published_cohort():
    """The contract tables of the demonstration's hospital with the published cohort, harmonised. SYNTHETIC."""
    from contract_warehouse import harmonised

    from haicplatform.demo import ssm

    return harmonised({ssm.SITE: ssm.tables()})


@pytest.fixture(scope="session", autouse=True)
def one_format():
    """These tests are about what a study says, not about its documents: the English page alone."""
    from functools import partial

    from haicplatform.report.formats import rendering

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "render", partial(rendering.render, formats=("html",), languages=("en",)))
        yield
