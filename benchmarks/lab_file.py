"""Land to validated for a large laboratory file, against DuckDB reading the same file as text.

Belongs here: the file, the two measured programs, the ratio. Does not belong here: any step of the platform.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

RUNS = 5
BASELINE = """
import json, resource, sys, time, duckdb
con = duckdb.connect()
con.execute("SELECT ?", ["x"])  # the first parameter imports pandas, which is not reading a file
start = time.perf_counter()
con.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar=true)", [sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - start}))
"""
OURS = """
import json, resource, sys, time
from pathlib import Path
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.core.settings import Home
ingest_site(Home(Path(sys.argv[2])), "BENCH")  # a few rows, so that the start of the program is not measured
home = Home(Path(sys.argv[1]))
start = time.perf_counter()
result = ingest_site(home, "BENCH")
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"seconds": seconds, "peak_gib": peak, "rows": result.deliveries[-1].rows_by_table.get("lab", 0)}))
"""
SITE = """
hospital: {name_en: SYNTHETIC benchmark, name_ko: 합성 자료}
synthetic: true
layout: contract
extract: full
patient_ids: hospital
extracted_at: {from: value, value: 2024-08-15}
schedule: "0 2 * * *"
gates: {max_quarantined_percent: 50}
"""


def write_files(inbox: Path, rows: int, seed: int = 1) -> Path:
    """A patient file and a lab file of `rows` rows, 1 % of them bad (number, unit, date or code); SYNTHETIC."""
    rng = np.random.default_rng(seed)
    patients = max(rows // 100, 10)
    ids = np.char.zfill(np.arange(patients).astype(str), 8)
    inbox.mkdir(parents=True)
    pl.DataFrame(
        {"patient_id": ids, "sex": ["M", "F"] * (patients // 2), "birth_year": [1960] * patients, "etiology": "HBV"}
    ).write_csv(inbox / "patient.csv")
    tests = np.array(["BILI_T", "ALB", "AFP", "PLT"])
    units = np.array(["mg/dL", "g/dL", "ng/mL", "10^3/uL"])
    centre = np.array([1.2, 3.8, 400.0, 150.0])
    which = rng.integers(0, 4, rows)
    minute = rng.permutation(rows)
    days = np.datetime64("2022-01-01") + (minute % 900).astype("timedelta64[D]")
    value = np.round(centre[which] * rng.uniform(0.8, 1.2, rows), 2).astype(str).astype(object)
    unit, date, test = units[which].astype(object), days.astype(str).astype(object), tests[which].astype(object)
    bad = rng.choice(rows, rows // 100, replace=False)
    value[bad[0::4]], unit[bad[1::4]], date[bad[2::4]], test[bad[3::4]] = "12.3.4", "mmol", "2022.02.30", "XYZ"
    lab = inbox / "lab.csv"
    pl.DataFrame(
        {
            "patient_id": ids[np.arange(rows) % patients],
            "collect_datetime": date,
            "test_code": test,
            "specimen_no": np.arange(rows).astype(str),
            "value_raw": value,
            "unit": unit,
        },
        strict=False,
    ).write_csv(lab)
    return lab


def measured(program: str, *arguments: str) -> dict:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _home(folder: Path, files: Path) -> str:
    from haicplatform.core.settings import Home

    home = Home(folder).create()
    (home.sites / "BENCH").mkdir()
    (home.sites / "BENCH/site.yaml").write_text(SITE, encoding="utf-8")
    (home.inbox / "BENCH").symlink_to(files)
    return str(home.root)


def measure(rows: int) -> dict:
    """Median seconds of both over the runs, their ratio and our largest memory, for one file size."""
    ours, baseline = [], []
    with tempfile.TemporaryDirectory() as folder:
        files, few = Path(folder) / "files", Path(folder) / "few"
        lab = write_files(files, rows)
        write_files(few, 100)
        for run in range(RUNS):
            baseline.append(measured(BASELINE, str(lab))["seconds"])
            homes = [_home(Path(folder) / f"home{run}", files), _home(Path(folder) / f"warm{run}", few)]
            ours.append(measured(OURS, *homes))
    seconds = sorted(o["seconds"] for o in ours)[RUNS // 2]
    base = sorted(baseline)[RUNS // 2]
    peak = max(o["peak_gib"] for o in ours)
    return {
        "rows": rows,
        "valid": ours[0]["rows"],
        "seconds": seconds,
        "baseline": base,
        "ratio": seconds / base,
        "peak_gib": peak,
    }


def main() -> None:
    small, large = measure(100_000), measure(1_000_000)
    print("Land to validated, 1 % bad rows, against DuckDB CREATE TABLE AS SELECT * FROM read_csv(all_varchar)")
    for r in (small, large):
        print(
            f"  {r['rows']:>9,} rows: {r['seconds']:6.2f} s / {r['baseline']:5.2f} s = ratio {r['ratio']:5.1f}"
            f"   peak {r['peak_gib']:.2f} GiB   valid rows {r['valid']:,}"
        )
    growth = large["ratio"] / small["ratio"]
    print(f"  growth of the ratio from 100,000 to 1,000,000 rows: {growth:.2f}")
    print("  wanted: ratio at most 12 and peak under 4 GiB at 1,000,000 rows, growth at most 1.2")
