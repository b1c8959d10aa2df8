"""Writes the eight SYNTHETIC hospitals' files into an inbox, with planted defects, and says what was planted where.

Belongs here: the order (truth, dialect, defects, bytes) and the files' places.
Does not belong here: any of the four (ssm.py and others.py, dialects/, defects/, dialects/page.py).
The same files every time, byte by byte.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import polars as pl

from haicplatform.demo import others, ssm
from haicplatform.demo.defects import plant
from haicplatform.demo.dialects import bcn, djn, epm, icn, svh, ujb, ysm
from haicplatform.demo.dialects import ssm as ssm_dialect
from haicplatform.demo.dialects.page import write

DIALECTS: dict[str, ModuleType] = {
    "SSM": ssm_dialect, "YSM": ysm, "UJB": ujb, "BCN": bcn, "EPM": epm, "ICN": icn, "SVH": svh, "DJN": djn,
}  # fmt: skip


def tables(site: str) -> dict[str, pl.DataFrame]:
    """A hospital's contract-level truth, before anything is planted."""
    return ssm.tables() if site == ssm.SITE else others.tables(site)


def site_files(site: str) -> tuple[dict[str, bytes], pl.DataFrame]:
    """(file name -> bytes, answer key) of one hospital."""
    pages, extra, key = plant(site, DIALECTS[site].pages(tables(site)))
    return {**write(pages), **extra}, key


def generate(inbox: Path) -> pl.DataFrame:
    """Write inbox/<SITE>/… for every hospital; returns the answer key (columns of defects.KEY)."""
    keys = []
    for site in DIALECTS:
        files, key = site_files(site)
        for name, data in files.items():
            path = inbox / site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        keys.append(key)
    return pl.concat(keys)
