"""A hospital's own patient numbers, for a workbook that goes to the hospital itself.

Belongs here: finding the number behind a keyed hash, in the originals. Does not belong here: keeping it anywhere; it
goes into the workbook and is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from haicplatform.core.errors import FileRefused
from haicplatform.core.settings import Home
from haicplatform.ingest.landing import land, scan
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.sites.plan import plan_delivery, plan_file
from haicplatform.sites.site import Site


def own_numbers(home: Home, site: Site, wanted: Collection[str], files: Collection[tuple[str, str]]) -> dict[str, str]:
    """keyed hash → the hospital's own number, for the hashes in `wanted` found in (delivery, file) originals.

    A number whose original is deleted or can no longer be read is left out.
    """
    if site.patient_ids == "study":
        return {number: number for number in wanted}
    key = home.identity_key()
    numbers: dict[str, str] = {}
    for delivery in land.landed(home, site.site_id):
        sheets: list[Sheet] = []
        for file in delivery.files:
            if (delivery.delivery_id, file.name) in files:
                sheets += _read(site, delivery, file.name)
        plan = plan_delivery(site, sheets)
        for sheet in sheets:
            for header, nulls in plan.patient_headers(sheet).items():
                if header in sheet.header:
                    own = sheet.rows[header].drop_nulls().unique()
                    hashes = scan.hash_ids(own, key, site.site_id, digits=site.id_digits, nulls=nulls)
                    found = pl.DataFrame({"own": own, "hash": hashes}).filter(pl.col("hash").is_in(list(wanted)))
                    numbers |= dict(found.select("hash", "own").iter_rows())
    return numbers


def _read(site: Site, delivery: land.Landed, name: str) -> list[Sheet]:
    path = delivery.original(name)
    if path is None:
        return []
    try:
        return read_file(path, name, plan_file(site, name).layouts)
    except FileRefused:
        return []
