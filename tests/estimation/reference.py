"""The 98 reference numbers of the published cohort, looked up among estimates.

Belongs here: from an item of seoul_cohort_reference.csv to one row of analysis.estimate. No expectations.
Also used where the same numbers must come out of the whole pipeline.
"""

from __future__ import annotations

import csv

import polars as pl

from tests.estimation.seoul import DATA, MONTH

GROUPS = {"all": "all", "post": "POST_AB", "first": "FIRST_LINE"}
TERMS = {
    "post-ate-beva": "group=POST_AB",
    "ECOG 0": "ecog=0",
    "Child-Pugh A": "child_pugh_class=A",
    "size >10": "tumour_size=>100",
    "metastasis": "metastasis=Y",
}
VARIABLES = {"multiple": "tumour_number", "pvi": "portal_invasion", "size_cm": "tumour_size"}
METHODS = {"Pearson": "pearson", "Fisher": "fisher", "t-test": "student_t"}


def reference() -> list[dict]:
    """item, printed, r_value, matches_print."""
    with (DATA / "seoul_cohort_reference.csv").open(newline="") as file:
        return list(csv.DictReader(file))


class Finder:
    """Looks items up in one frame of estimates (main analysis, pooled)."""

    def __init__(self, estimates: pl.DataFrame) -> None:
        main = estimates.filter((pl.col("variant") == "main") & (pl.col("population") == "pooled"))
        names = ("analysis", "endpoint", "grp", "term", "statistic")
        self.rows = {
            (*(row[name] for name in names), row["at"]): row
            for row in main.iter_rows(named=True)
            if row["statistic"] not in ("survival", "n_risk", "n_event", "n_censor")
        }

    def get(self, analysis, statistic, *, endpoint="", grp="", term="", at=None) -> dict:
        return self.rows[analysis, endpoint, grp, term, statistic, at]

    def value(self, item: str) -> float:
        """Our value of an item; KeyError for an item that is not known."""
        words = item.split()
        if words[0] == "T1":
            row = self.get("baseline", "p", term=VARIABLES.get(words[1], words[1]))
            assert row["method"] == METHODS[words[2]], (item, row["method"])
            return row["value"]
        if words[0] == "age":
            return self.get("baseline", words[1].lower(), grp=GROUPS[words[2]], term="age")["value"]
        if words[0] in ("CR", "PR", "SD"):
            return self.get("response", "n", endpoint="BOR", grp=GROUPS[words[1]], term=words[0])["value"]
        if words[0] in ("ORR", "DCR"):
            if words[1] == "p":
                return self.get("response", "p", endpoint="BOR", term=words[0])["value"]
            return self.get("response", "pct", endpoint="BOR", grp=GROUPS[words[1]], term=words[0])["value"]
        if item == "median follow-up":
            return self.get("follow_up", "median_observed", endpoint="OS", grp="all")["value"]
        if item == "deaths":
            return self.get("km", "events", endpoint="OS", grp="all")["value"]
        endpoint = words[0]
        if words[1] == "log-rank":
            return self.get("logrank", "p", endpoint=endpoint)["value"]
        if words[1] in ("uni", "multi"):
            analysis = {"uni": "cox_univariable", "multi": "cox_multivariable"}[words[1]]
            name, what = next((TERMS[k], item.split(k)[1].strip()) for k in TERMS if k in item)
            if what == "p":
                return self.get(analysis, "p", endpoint=endpoint, term=name)["value"]
            row = self.get(analysis, "hr", endpoint=endpoint, term=name)
            return row[{"HR": "value", "CI low": "ci_low", "CI high": "ci_high"}[what]]
        column = {"low": "ci_low", "high": "ci_high"}.get(words[-1], "value")
        if words[2] == "median":
            return self.get("km", "median", endpoint=endpoint, grp=GROUPS[words[1]])[column]
        return 100 * self.get("km", "rate", endpoint=endpoint, grp=GROUPS[words[1]], at=12.0)[column]


def agrees(item: str, ours: float | None, r_value: float) -> bool:
    """1e-4 relative; a median, and the median follow-up, to the day."""
    if ours is None:
        return False
    if "median" in item:
        return round(ours * MONTH) == round(r_value * MONTH)
    return abs(ours - r_value) <= 1e-4 * abs(r_value)
