"""Where each number of the paper stands among a study's estimates.

Belongs here: item of tests/data/seoul/seoul_cohort_reference.csv -> key of analysis.estimate, and how it is compared.
Does not belong here: any number.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

REFERENCE = Path(__file__).parents[1] / "data" / "seoul" / "seoul_cohort_reference.csv"
DAYS_PER_MONTH = 30.4375
GROUP = {"all": "all", "post": "POST_AB", "first": "FIRST_LINE"}
TERM = {
    "post-ate-beva": "group=POST_AB",
    "ECOG 0": "ecog=0",
    "Child-Pugh A": "child_pugh_class=A",
    "size >10": "tumour_size=>100",
    "metastasis": "metastasis=Y",
}
TABLE_1 = {"multiple": "tumour_number", "pvi": "portal_invasion", "size_cm": "tumour_size"}
DECIMALS = {"hr": 3, "p": 3, "mean": 2, "sd": 2, "n": 0, "events": 0}  # of the paper's print; else 1
BOUND = {"low": "ci_low", "high": "ci_high", "": "value"}


@dataclass(frozen=True)
class Place:
    """A key of analysis.estimate, the column that holds the number, and the number's scale."""

    analysis: str
    statistic: str
    endpoint: str = ""
    grp: str = ""
    term: str = ""
    at: float | None = None
    column: str = "value"
    scale: float = 1.0
    is_time: bool = False  # printed in months, compared to the day

    def find(self, estimates: pl.DataFrame) -> float | None:
        """The number, None where the estimate is missing; AssertionError where there is no such estimate."""
        found = estimates.filter(
            pl.col("variant") == "main",
            pl.col("population") == "pooled",
            pl.col("at").is_null() if self.at is None else pl.col("at") == self.at,
            *(pl.col(name) == getattr(self, name) for name in ("analysis", "statistic", "endpoint", "grp", "term")),
        )
        assert found.height == 1, f"{found.height} estimates are {self}"
        value = found[self.column].item()
        return None if value is None else value * self.scale

    def agrees(self, found: float | None, reference: float) -> bool:
        """Equal to R's value: a time to the day, everything else to 1e-4 relative."""
        if found is None:
            return False
        if self.is_time:
            return round(found * DAYS_PER_MONTH) == round(reference * DAYS_PER_MONTH)
        return abs(found - reference) <= 1e-4 * abs(reference)


def place_of(item: str) -> Place:
    """The place of one item; KeyError or ValueError for an item that is not understood."""
    words = item.split()
    match words:
        case ["median", "follow-up"]:
            return Place("follow_up", "median_observed", "OS", "all", is_time=True)
        case ["deaths"]:
            return Place("km", "events", "OS", "all")
        case ["age", statistic, group]:
            return Place("baseline", statistic.lower(), grp=GROUP[group], term="age")
        case ["T1", name, *_]:
            return Place("baseline", "p", term=TABLE_1.get(name, name))
        case [endpoint, "log-rank", "p"]:
            return Place("logrank", "p", endpoint)
        case ["ORR" | "DCR" as rate, "p"]:
            return Place("response", "p", "BOR", term=rate)
        case ["ORR" | "DCR" as rate, group, *_]:
            return Place("response", "pct", "BOR", GROUP[group], rate)
        case [response, group]:
            return Place("response", "n", "BOR", GROUP[group], response)
        case [endpoint, group, "median", *bound]:
            return Place("km", "median", endpoint, GROUP[group], column=BOUND["".join(bound)], is_time=True)
        case [endpoint, group, "12m", *bound]:
            column = BOUND["".join(bound)]
            return Place("km", "rate", endpoint, GROUP[group], at=12.0, column=column, scale=100)
        case [endpoint, "uni" | "multi" as model, *rest]:
            analysis = {"uni": "cox_univariable", "multi": "cox_multivariable"}[model]
            name, _, what = " ".join(rest).partition(" HR")
            if not what and name.endswith(" CI low"):
                return _hr(analysis, endpoint, name.removesuffix(" CI low"), "ci_low")
            if name.endswith(" CI high"):
                return _hr(analysis, endpoint, name.removesuffix(" CI high"), "ci_high")
            if name.endswith(" p"):
                return Place(analysis, "p", endpoint, term=TERM[name.removesuffix(" p")])
            return _hr(analysis, endpoint, name, "value")
    raise ValueError(item)


def _hr(analysis: str, endpoint: str, name: str, column: str) -> Place:
    return Place(analysis, "hr", endpoint, term=TERM[name], column=column)


def side_by_side(estimates: pl.DataFrame) -> pl.DataFrame:
    """item, printed, r_value, ours, agrees (with R), as_printed, expected (as printed): one row a number."""
    rows = []
    for item, printed, r_value, matches in pl.read_csv(REFERENCE, infer_schema_length=0).iter_rows():
        place = place_of(item)
        ours, r_number = place.find(estimates), float(r_value)
        decimals = DECIMALS.get(place.statistic, 1)
        as_printed = ours is not None and f"{ours:.{decimals}f}" == f"{float(printed):.{decimals}f}"
        rows.append((item, printed, r_number, ours, place.agrees(ours, r_number), as_printed, matches == "Y"))
    names = ["item", "printed", "r_value", "ours", "agrees", "as_printed", "expected"]
    return pl.DataFrame(rows, schema=names, orient="row")
