"""Every clinical definition for many patients, against one GROUP BY sum over the same lesion rows.

Measured: all of sql/harmonised, every relation held against its model, and the file written.
Belongs here: SYNTHETIC validated.* made by SQL, the measured program, the ratio. Does not belong here: any definition.
Run alone with `python -m benchmarks.definitions [PATIENTS …]`; more than one run a size with the variable RUNS.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.lab_file import measured

SIZES = (10_000, 30_000, 100_000)
RUNS = int(os.environ.get("RUNS", "3"))
VISITS, LESIONS, READERS = 6, 3, 2
SUM = (
    "CREATE OR REPLACE TEMP TABLE baseline AS SELECT site_id, patient_id, reader_id, exam_no, sum(viable_mm) AS sum_mm "
    "FROM validated.lesion_measurement GROUP BY ALL"
)
PROGRAM = """
import json, resource, shutil, statistics, sys, time
from pathlib import Path
from haicplatform.pipeline import harmonise
from haicplatform.warehouse import model_check, warehouse
model_check.model_of("harmonised", "person")  # imports pandera, which is not a definition
source, query = Path(sys.argv[1]), sys.argv[2]
work = source.with_name("work.duckdb")
shutil.copyfile(source, work)
con = warehouse.connect(work, scratch=source.parent / "scratch", memory=warehouse.WRITER_MEMORY)
spent = {}

def now():
    return time.perf_counter(), time.process_time()

def passed(since):
    return [b - a for a, b in zip(since, now())]

def timed(do, name):  # what a relation takes of its own thread
    def measured(*given):
        start = time.thread_time()
        done = do(*given)
        spent[name(given)] = spent.get(name(given), 0) + time.thread_time() - start
        return done
    return measured

sums = []
def sum_up():  # before and after: a shared machine is not as fast all the time
    for _ in range(5):
        start = now()
        con.execute(query)
        sums.append(passed(start))
    con.execute("DROP TABLE baseline")

sum_up()
warehouse.run_sql = timed(warehouse.run_sql, lambda given: given[1].name)
model_check.hold = timed(model_check.hold, lambda given: "the models")
start = now()
harmonise.make(con)
written = now()
con.execute("CHECKPOINT")
spent["the file"] = passed(written)[1]
seconds, processor = passed(start)
sum_up()
rows = con.execute("SELECT count(*) FROM harmonised.visit_response").fetchone()[0]
con.close()
work.unlink()
print(json.dumps({
    "seconds": seconds,
    "processor": processor,
    "sum": statistics.median(s for s, _ in sums),
    "sum_processor": statistics.median(s for _, s in sums),
    "relations": spent,
    "rows": rows,
    "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}))
"""

# p is a patient: 8 hospitals; one in three had ate-beva before HAIC; one in two died; one in ten has a new lesion.
PATIENTS = """
CREATE TEMP TABLE p AS SELECT
    n, 'S0' || n % 8 AS site_id, md5(n::VARCHAR) AS patient_id, DATE '2020-01-01' + (n * 7919 % 1200)::INTEGER AS t0,
    n % 3 = 0 AS has_prior, 1 + (n % 3 = 0)::INTEGER AS haic_no,
    'd1' AS delivery_id, 'x.csv' AS source_file, '' AS source_sheet, n + 2 AS source_row
FROM range({patients}) AS r (n)
"""
TABLES = {
    "patient": """
        SELECT p.*, CASE n % 4 WHEN 0 THEN 'F' ELSE 'M' END AS sex, 1940 + n % 40 AS birth_year, 'HBV' AS etiology,
            170 AS height_cm
        FROM p""",
    "diagnosis": """
        SELECT p.*, (t0 - 100)::VARCHAR AS hcc_dx_date, 'day' AS hcc_dx_date_precision, 'IMAGING' AS dx_basis FROM p""",
    "baseline_status": """
        SELECT p.*, t0 - 3 AS assess_date, n % 3 AS ecog, 'NONE' AS ascites, 'NONE' AS encephalopathy,
            65 AS weight_kg, 'B' AS bclc_recorded
        FROM p""",
    "tumour_baseline": """
        SELECT p.*, t0 - 5 AS img_date, 1 + n % 5 AS n_nodules, 20 + n % 90 AS max_diam_mm, 'N' AS infiltrative,
            n % 5 AS vp, 0 AS vv, 0 AS bile_duct, 'N' AS nodal, 'N' AS ehs
        FROM p""",
    "treatment_course": """
        SELECT p.*, haic_no AS course_no, 'HAIC_FP' AS regimen, t0 AS start_date, t0 + 120 AS end_date,
            'COMPLETED' AS stop_reason
        FROM p
        UNION ALL BY NAME
        SELECT p.*, 1 AS course_no, 'ATE_BEVA' AS regimen, t0 - 200 AS start_date, t0 - 30 AS end_date,
            'PD' AS stop_reason
        FROM p WHERE has_prior""",
    "administration": """
        SELECT p.*, haic_no AS course_no, t0 + (c * 30)::INTEGER + d AS admin_date, c + 1 AS cycle_no, x AS drug,
            800 + n % 90 AS dose
        FROM p, range(4) AS k (c), (VALUES (0, '5FU'), (1, '5FU'), (2, '5FU'), (1, 'CISPLATIN')) AS g (d, x)""",
    "lab": """
        SELECT p.*, (t0 - d::INTEGER)::TIMESTAMP AS collect_datetime, 'day' AS collect_datetime_precision,
            t AS test_code, v AS value_raw, v::DECIMAL(9, 2) + n % 7 / 10 AS value_num, '=' AS value_op, u AS unit,
            u AS unit_std
        FROM p, range(1, 20, 10) AS k (d), (VALUES
            ('BILI_T', '1.1', 'mg/dL'), ('ALB', '3.4', 'g/dL'), ('INR', '1.1', NULL), ('CREAT', '0.9', 'mg/dL'),
            ('AFP', '350', 'ng/mL'), ('PLT', '140', '10^3/uL'), ('AST', '50', 'U/L'), ('ALT', '40', 'U/L')
        ) AS g (t, v, u)""",
    "imaging_visit": """
        SELECT p.*, 'E' || v AS exam_no, t0 - 5 + (v * 56)::INTEGER AS exam_date, 'CT' AS modality,
            'Y' AS phase_complete
        FROM p, range({visits}) AS k (v)""",
    "lesion_measurement": """
        SELECT p.*, 'E' || v AS exam_no, 'R' || r AS reader_id, 'L' || l AS lesion_id, 'LIVER' AS organ,
            CASE WHEN l = 3 AND n % 2 = 1 THEN 'NONTARGET' ELSE 'TARGET' END AS role,
            CASE WHEN hash(n, v, l) % 100 = 0 AND v > 0 THEN 'NE' ELSE 'EVALUABLE' END AS status,
            CASE WHEN role = 'TARGET' AND status = 'EVALUABLE'
                THEN greatest(0, 20 + n % 50 + v * (n % 17 - 10) + (hash(n, v, l, r) % 5)::INTEGER) END AS viable_mm,
            viable_mm AS total_mm,
            CASE WHEN role = 'NONTARGET' THEN 'IRSD' END AS nontarget_status
        FROM p, range({visits}) AS k (v), range(1, 1 + {lesions}) AS m (l), range(1, 1 + {readers}) AS q (r)
        UNION ALL BY NAME
        SELECT p.*, 'E' || v AS exam_no, 'R' || r AS reader_id, 'N1' AS lesion_id, 'NEW' AS role, 'LIVER' AS organ,
            'EVALUABLE' AS status, 4 + v * 4 AS total_mm, 'Y' AS aphe, 'Y' AS washout
        FROM p, range(1, {visits}) AS k (v), range(1, 1 + {readers}) AS q (r) WHERE n % 10 = 0""",
    "response_assessment": """
        SELECT p.*, 'E' || v AS exam_no, 'R' || r AS reader_id, 'MRECIST' AS criterion,
            t0 - 5 + (v * 56)::INTEGER AS assess_date,
            CASE (n + v) % 4 WHEN 0 THEN 'PR' WHEN 1 THEN 'PD' ELSE 'SD' END AS overall
        FROM p, range(1, {visits}) AS k (v), range(1, 1 + {readers}) AS q (r)""",
    "followup_event": """
        SELECT p.*, CASE n % 2 WHEN 0 THEN 'DEATH' ELSE 'LAST_CONTACT' END AS event_type,
            (t0 + 300 + (n % 700)::INTEGER)::VARCHAR AS event_date, 'day' AS event_date_precision, 'EMR' AS source
        FROM p""",
    "adverse_event": "SELECT p.*, 'Nausea' AS term, t0 + 10 AS start_date, 1 + n % 3 AS grade FROM p",
}


def write_warehouse(path: Path, patients: int) -> int:
    """validated.* and an empty quality.finding of so many patients in a DuckDB file; rows of lesions. SYNTHETIC."""
    from haicplatform.findings.findings import SCHEMA
    from haicplatform.warehouse import linkage, warehouse
    from schemas.contract import TABLES as CONTRACT

    places = {"visits": VISITS, "lesions": LESIONS, "readers": READERS}
    con = warehouse.connect(path)
    con.execute("CREATE SCHEMA validated; CREATE SCHEMA quality;" + PATIENTS.format(patients=patients))
    for name, table in CONTRACT.items():
        schema = dict.fromkeys(("site_id", "delivery_id", "source_file", "source_sheet", "row_id"), pl.String)
        schema |= {"source_row": pl.Int64}
        for column in table.columns:
            schema[column.name] = column.dtype
            if column.has_precision:
                schema[f"{column.name}_precision"] = pl.String
        con.register("nothing", pl.DataFrame(schema=schema).to_arrow())
        con.execute(f"CREATE TABLE validated.{name} AS SELECT * FROM nothing")
        made = con.sql(TABLES[name].format(**places))
        given = ", ".join(column for column in made.columns if column in schema)
        row_id = f"'1234567890abcdef:{name}:0.0:' || row_number() OVER () || ':0'"
        con.execute(f"INSERT INTO validated.{name} BY NAME SELECT {given}, {row_id} AS row_id FROM made")
    con.register("nothing", pl.DataFrame(schema=SCHEMA).to_arrow())
    con.execute("CREATE TABLE quality.finding AS SELECT * FROM nothing")
    linkage.put(con)
    con.execute("CHECKPOINT")
    rows = con.execute("SELECT count(*) FROM validated.lesion_measurement").fetchone()[0]
    con.close()
    return rows


def measure(patients: int) -> dict:
    """Medians over the runs for one number of patients: seconds, those of the sum, their ratio; the largest memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.duckdb"
        lesions = write_warehouse(path, patients)
        runs = [measured(PROGRAM, str(path), SUM) for _ in range(RUNS)]
    middle = sorted(runs, key=lambda run: run["seconds"] / run["sum"])[RUNS // 2]
    return middle | {
        "patients": patients,
        "lesions": lesions,
        "ratio": middle["seconds"] / middle["sum"],
        "peak_gib": max(run["peak_gib"] for run in runs),
    }


def main(sizes: tuple[int, ...] = SIZES) -> None:
    print(f"All definitions, {VISITS} visits x {LESIONS} lesions x {READERS} readers, against GROUP BY sum(viable_mm)")
    results = [measure(patients) for patients in sizes]
    for r in results:
        print(
            f"  {r['patients']:>7,} patients, {r['lesions']:>9,} lesion rows: {r['seconds']:6.2f} s / {r['sum']:5.3f} s"
            f" = ratio {r['ratio']:5.1f} (processor {r['processor']:.2f} s / {r['sum_processor']:.3f} s ="
            f" {r['processor'] / r['sum_processor']:.1f})   {1e6 * r['seconds'] / r['patients']:5.0f} us a patient"
            f"   peak {r['peak_gib']:.2f} GiB   {r['rows']:,} responses"
        )
    slowest = sorted(results[-1]["relations"].items(), key=lambda item: -item[1])[:10]
    print("  processor time: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest))
    growth = (results[-1]["seconds"] / results[-1]["patients"]) / (results[0]["seconds"] / results[0]["patients"])
    print(f"  growth of the time a patient from {sizes[0]:,} to {sizes[-1]:,} patients: {growth:.2f}")
    print("  wanted: ratio at most 60 and peak under 8 GiB at 100,000 patients, growth near 1 (linear)")


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
