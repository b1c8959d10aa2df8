"""Cox models with 12 covariates and continuous times, against R's coxph and lifelines in the same run.

Belongs here: SYNTHETIC patients, the measured calls, the ratios. Does not belong here: any statistics. R comes from
Debian's r-base-core and r-cran-survival; without it its part is skipped with a note. R's robust variance takes a
hundred times as long as its model, so it is measured at the smaller size only. Run alone with
`python -m benchmarks.cox [PATIENTS …]`; more than one run a size with the variable RUNS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

SIZES = (100_000, 1_000_000)
RUNS = int(os.environ.get("RUNS", "3"))
COVARIATES = [f"x{number}" for number in range(1, 13)]
COLUMNS = ["time", "event", "site", *COVARIATES]
# beyond these sizes the others take minutes
LIFELINES_UP_TO, R_ROBUST_UP_TO = 100_000, 100_000
# R's coxph always counts the concordance
MODELS = ("plain", "plain with concordance", "stratified by site", "robust", "clustered by site")
SCRIPT = """
suppressMessages(library(survival))
a <- commandArgs(TRUE); n <- as.integer(a[2]); runs <- as.integer(a[3]); options <- a[-(1:3)]
d <- as.data.frame(matrix(readBin(a[1], "double", n * 15), n, 15))
names(d) <- c("time", "event", "site", paste0("x", 1:12))
x <- paste0("x", 1:12, collapse = "+")
run <- function(name, extra, fit = function(f) coxph(f, d)) {
  f <- as.formula(paste("Surv(time, event) ~", x, extra))
  t <- sapply(seq_len(runs), function(i) { s <- system.time(m <<- fit(f)); c(s[3], s[1] + s[2]) })
  cat(name, median(t[1, ]), median(t[2, ]), format(coef(m)[["x1"]], digits = 15), sep = "\\t"); cat("\\n")
}
run("plain with concordance", "")
run("stratified by site", "+ strata(site)")
if ("robust" %in% options) {
  run("robust", "", function(f) coxph(f, d, robust = TRUE))
  run("clustered by site", "", function(f) coxph(f, d, cluster = site))
}
"""


def patients(n: int) -> np.ndarray:
    """(15, n): time, event, site and twelve covariates, four of them 0 or 1; two in three have the event."""
    rng = np.random.default_rng(n)
    x = rng.normal(size=(12, n))
    x[:4] = x[:4] > 0
    time_to = rng.exponential(np.exp(-np.linspace(-0.5, 0.5, 12) @ x))
    censored = rng.exponential(1.5, size=n)
    return np.vstack([np.minimum(time_to, censored), time_to <= censored, rng.integers(0, 8, n), x])


def measured(run: Callable[[], object], runs: int) -> tuple[float, float, object]:
    """(median seconds, median processor seconds, what the last run gave)."""
    wall, processor = [], []
    for _ in range(runs):
        begin, used = time.perf_counter(), os.times()
        found = run()
        wall.append(time.perf_counter() - begin)
        processor.append(sum(os.times()[:2]) - sum(used[:2]))
    return float(np.median(wall)), float(np.median(processor)), found


def ours(frame: pl.DataFrame, model: str, runs: int) -> tuple[float, float, object]:
    from haicplatform.survival import cox

    options = {
        "stratified by site": {"strata": "site"},
        "robust": {"cluster": np.arange(frame.height)},
        "clustered by site": {"cluster": "site"},
    }.get(model, {})

    def run() -> object:
        found = cox(frame, "time", "event", COVARIATES, **options)
        return (found, found.concordance) if model == "plain with concordance" else (found, None)

    wall, processor, (found, _) = measured(run, runs)
    return wall, processor, found.table["coef"][0]


def in_r(values: np.ndarray, runs: int) -> dict[str, tuple[float, float, float]]:
    """{model: (seconds, processor seconds, first coefficient)}; empty without R."""
    if not shutil.which("Rscript"):
        return {}
    n = values.shape[1]
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "patients.bin", Path(folder) / "cox.R"
        np.ascontiguousarray(values).tofile(data)
        script.write_text(SCRIPT)
        asked = ["robust"] if n <= R_ROBUST_UP_TO else []
        command = ["Rscript", str(script), str(data), str(n), str(runs), *asked]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  R is there but its run failed: {done.stderr.strip().splitlines()[-1:]}")
        return {}
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {name: (float(wall), float(processor), float(coef)) for name, wall, processor, coef in lines}


def in_lifelines(frame: pl.DataFrame) -> tuple[float, float, float]:
    from lifelines import CoxPHFitter

    pandas = frame.drop("site").to_pandas()
    wall, processor, fitted = measured(lambda: CoxPHFitter().fit(pandas, "time", "event"), 1)
    return wall, processor, float(fitted.params_.iloc[0])


def main(sizes: tuple[int, ...] = SIZES) -> None:
    print("Cox models, 12 covariates, continuous times (median seconds; in brackets of processor time)")
    for n in sizes:
        runs = RUNS if n <= LIFELINES_UP_TO else 1
        values = patients(n)
        frame = pl.DataFrame(dict(zip(COLUMNS, values, strict=True)))
        print(f"  {n:,} patients, {int(values[1].sum()):,} events")
        theirs = in_r(values, runs)
        if not theirs:
            print("    without R: install r-base-core and r-cran-survival to compare")
        for model in MODELS:
            wall, processor, coef = ours(frame, model, runs)
            told = f"    {model:24} {wall:7.2f} ({processor:.2f})"
            if model in theirs:
                r_wall, r_processor, r_coef = theirs[model]
                told += f"   R {r_wall:7.2f} ({r_processor:.2f})"
                told += f"   of R's {wall / r_wall:.2f} ({processor / r_processor:.2f})"
                told += f"   coefficients differ by {abs(coef / r_coef - 1):.0e}"
            if model == "plain" and n <= LIFELINES_UP_TO:
                their_wall, their_processor, _ = in_lifelines(frame)
                told += f"   lifelines {their_wall:.2f} ({their_processor:.2f}): {their_wall / wall:.0f} times"
                told += f" ({their_processor / processor:.0f})"
            print(told)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
