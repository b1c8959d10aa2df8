"""What falls with a hidden count: every number from which it could be computed, and rows of single patients.

Belongs here: which hidden counts a number gives away, by its disclosure in the registry of estimates. Does not belong
here: which disclosure it has (estimation/registry.yaml), which counts are hidden (suppression.py).

A percentage, its interval and the p value of its table give a count; so does the standard error of a hazard ratio
(about the root of 1/a + 1/b for a and b events), a rate with its interval, and a mean of a few patients.
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.registry import COUNTS, having
from haicplatform.release.printed_counts import ALL, GROUP, POOLED, SITE, disclosures, place_of


def single_patients(frame: pl.DataFrame) -> pl.Series:
    """Whether a row is of one patient: a mark of a plot by patient, or the least and greatest value of a group."""
    return disclosures(frame).eq_missing("of_patient")


def undeclared(frame: pl.DataFrame) -> list[int]:
    """The rows of which nobody has said what they tell of patients."""
    return disclosures(frame).is_null().arg_true().to_list()


def weighted_at_risk(frame: pl.DataFrame) -> list[int]:
    """The rows of summed weights at risk after the start: without the counts beside them they tell how few remain."""
    is_sum = disclosures(frame).eq_missing("of_weights") & (frame["at"] > 0) & (frame["value"] != 0)
    return is_sum.arg_true().to_list()


def dependents(frame: pl.DataFrame, hidden_rows: set[int], small_rows: set[int]) -> list[int]:
    """The rows, as numbered in the frame, that must go with the hidden ones; small: those below the threshold."""
    named = frame.with_row_index("row").with_columns(disclosures(frame))
    known = _Hidden(named)
    for row in named.filter(pl.col("row").is_in(list(hidden_rows))).iter_rows(named=True):
        known.add(row, row["row"] in small_rows)
    others = named.filter(~pl.col("disclosure").is_in(COUNTS) & pl.col("value").is_not_null())
    return [row["row"] for row in others.iter_rows(named=True) if known.gives_away(row)]


class _Hidden:
    """The hidden counts by what they count, and what each number is computed from."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.statistics: set[tuple] = set()  # (base, statistic)
        self.few: set[tuple] = set()  # bases of fewer patients than the threshold
        self.variables: set[tuple] = set()  # (variant, analysis, population, endpoint, variable)
        # (whose patients, variant, population, endpoint or "", variable) -> (term, grp)
        self.counted: dict[tuple, set] = {}
        references = frame.filter(pl.col("statistic") == "reference")["term"].unique()
        self.references = {tuple(term.split("=", 1)) for term in references if "=" in term}

    def add(self, row: dict, is_small: bool) -> None:
        base, place = _base(row), place_of(row)
        self.statistics.add((base, row["statistic"]))
        self.variables.add((*base[:4], _variable(row["term"])))
        if is_small and row["statistic"] == "n":
            self.few.add(base)
        if place.statistic in ("n", "events") and place.at is None and not place.family:
            variable = _variable(place.term) or GROUP
            where = (_patients(row), place.variant, place.population, place.endpoint, variable)
            self.counted.setdefault(where, set()).add((place.term, place.grp))

    def gives_away(self, row: dict) -> bool:
        """Whether the row, no count itself, would tell a hidden count."""
        statistic, base = row["statistic"], _base(row)
        match row["disclosure"]:
            case "of_balance":
                return self._of_balance(row)
            case "of_group" | "of_curve" | "of_curve_month" | "between_groups" | "of_weights":
                return self._of_times(row, base)
            case "of_model":
                return self._of_model(row)
            case "of_few":
                return base in self.few
            case "of_count":
                # a percentage is of its count, and of its denominator
                names = {
                    statistic.replace("pct", "n", 1),
                    statistic.replace("_pct", ""),
                    f"n_{statistic[:-4]}",
                    "n_both",
                }
                of_known = (*base[:-1], _variable(row["term"]))
                return (of_known, "n") in self.statistics or any((base, name) in self.statistics for name in names)
            case "of_levels":
                return not row["grp"] and (*base[:4], _variable(row["term"])) in self.variables
            case "harmless":
                return False
        return True  # nobody has said what it tells

    def _of_times(self, row: dict, base: tuple) -> bool:
        if any((base, name) in self.statistics for name in ("n", "events")):
            return True
        hidden = {grp for _, grp in self._counted(row, GROUP)}
        if row["analysis"] in having("without_events"):
            hidden = {grp for _, grp in self.counted.get(("", row["variant"], row["population"], "", GROUP), ())}
        return bool(hidden) if row["disclosure"] == "between_groups" else row["grp"] in hidden

    def _of_model(self, row: dict) -> bool:
        term, variable = row["term"], _variable(row["term"])
        if row["analysis"] == "by_hospital":
            row = row | {"population": f"{SITE}{row['grp']}"}
        found = self._counted(row, variable)
        if variable == GROUP or row["analysis"] == "subgroup":
            # of the whole, or of one level: the exposure groups are compared
            return any(grp != ALL and (variable == GROUP or name == term) for name, grp in found)
        levels = {name for name, grp in found if grp == ALL}
        is_reference = any(tuple(name.split("=", 1)) in self.references for name in levels if "=" in name)
        # the hazard ratio of a level is against the reference: the hidden counts of either tell of it
        return is_reference or term in levels or (term == variable and bool(levels))

    def _of_balance(self, row: dict) -> bool:
        found = set()
        for population in (row["population"], POOLED):
            found |= self._counted(row | {"population": population}, _variable(row["term"]))
        return any(name == row["term"] and grp in (row["grp"] or grp, ALL) for name, grp in found)

    def _counted(self, row: dict, variable: str) -> set[tuple[str, str]]:
        """(term, grp) of the hidden patients and events behind a row."""
        found = set()
        for patients in ("", _patients(row)):
            for endpoint in ("", row["endpoint"]):
                where = (patients, row["variant"], row["population"], endpoint, variable)
                found |= self.counted.get(where, set())
        return found


def _patients(row: dict) -> str:
    return row["analysis"] if row["analysis"] in having("own_patients") else ""


def _base(row: dict) -> tuple:
    return row["variant"], row["analysis"], row["population"], row["endpoint"], row["grp"], row["term"]


def _variable(term: str) -> str:
    return term.partition("=")[0]
