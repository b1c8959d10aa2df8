"""What all tests share: in CI nothing may be skipped for want of a program."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str, package: str) -> None:
    """Skip the test where a system program is missing, naming its install line; fail instead under HAIC_NO_SKIP."""
    if shutil.which(program):
        return
    sentence = f"{program} is not installed: apt-get install {package}"
    if os.environ.get("HAIC_NO_SKIP"):
        pytest.fail(sentence)
    pytest.skip(sentence)
