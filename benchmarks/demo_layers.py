"""The harmonised and analysis layers of the demonstration's eight hospitals, in seconds.

Belongs here: what is timed. Does not belong here: any step of the platform.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

RUNS = 3
STUDY = "haic_after_ate_beva"


def main() -> None:
    from haicplatform.core.settings import Home
    from haicplatform.demo.generate import generate
    from haicplatform.pipeline.harmonise import harmonise
    from haicplatform.pipeline.ingest_hospital import ingest_site
    from haicplatform.sites.loading import list_sites
    from haicplatform.studies.derivation import Derivation
    from haicplatform.studies.loading import load_study
    from haicplatform.warehouse import warehouse

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).create()
        generate(home.inbox)
        for site_id in list_sites(home):
            ingest_site(home, site_id)
        harmonise(home)  # the first also imports
        harmonised = sorted(harmonise(home).seconds for _ in range(RUNS))[RUNS // 2]
        analysed = []
        for _ in range(RUNS):
            with warehouse.scratch_copy(home) as con:
                begin = time.perf_counter()
                Derivation(con).of(load_study(STUDY, home))
                analysed.append(time.perf_counter() - begin)
    analysis = sorted(analysed)[RUNS // 2]
    total = harmonised + analysis
    print("The demonstration's layers (median of 3), wanted under 5 s together")
    print(f"  harmonised, checked, published: {harmonised:.1f} s   analysis: {analysis:.1f} s   together {total:.1f} s")
