"""Finding estimates by their key.

Belongs here: the index over analysis.estimate that tables and figures read. Does not belong here: formatting.
"""

from __future__ import annotations

import polars as pl

from haicplatform.report.numbers import Estimate

CURVE = ("survival", "n_risk", "n_event", "n_censor", "at_risk")


class Estimates:
    """The estimates of one study on one snapshot."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame.filter(~pl.col("statistic").is_in(CURVE))
        self._curves = frame.filter(pl.col("statistic").is_in(CURVE))
        names = ("analysis", "statistic", "variant", "population", "endpoint", "grp", "term", "at")
        self._rows = {tuple(row[name] for name in names): _estimate(row) for row in self.frame.iter_rows(named=True)}

    def get(
        self,
        analysis: str,
        statistic: str,
        *,
        variant: str = "main",
        population: str = "pooled",
        endpoint: str = "",
        grp: str = "",
        term: str = "",
        at: float | None = None,
    ) -> Estimate | None:
        """The estimate of that key, or None."""
        return self._rows.get((analysis, statistic, variant, population, endpoint, grp, term, at))

    def terms(self, analysis: str, statistic: str, **key: str) -> list[str]:
        """The terms of an analysis in their order, each once."""
        return self._values("term", analysis, statistic, key)

    def groups(self, analysis: str, statistic: str, **key: str) -> list[str]:
        """The values of grp of an analysis in their order, each once."""
        return self._values("grp", analysis, statistic, key)

    def populations(self) -> list[str]:
        """The hospitals with a population of their own, by id."""
        found = self.frame.filter(pl.col("analysis") == "km")["population"].unique().sort().to_list()
        return [name.removeprefix("site:") for name in found if name.startswith("site:")]

    def variants(self) -> list[str]:
        """The sensitivity analyses that have estimates, in their order."""
        return [name for name in self.frame["variant"].unique(maintain_order=True) if name != "main"]

    def curve(self, statistic: str, *, population: str, endpoint: str, grp: str) -> pl.DataFrame:
        """at, value, ci_low, ci_high of one statistic along a curve, in order of time."""
        return (
            self._curves.filter(
                (pl.col("statistic") == statistic)
                & (pl.col("variant") == "main")
                & (pl.col("population") == population)
                & (pl.col("endpoint") == endpoint)
                & (pl.col("grp") == grp)
            )
            .select("at", "value", "ci_low", "ci_high")
            .sort("at")
        )

    def _values(self, column: str, analysis: str, statistic: str, key: dict[str, str]) -> list[str]:
        wanted = {"variant": "main", "population": "pooled", "endpoint": ""} | key
        mask = (pl.col("analysis") == analysis) & (pl.col("statistic") == statistic)
        for name, value in wanted.items():
            mask &= pl.col(name) == value
        return self.frame.filter(mask)[column].unique(maintain_order=True).to_list()


def _estimate(row: dict) -> Estimate:
    names = ("estimate_id", "value", "ci_low", "ci_high", "method", "status", "note")
    return Estimate(**{name: row[name] for name in names})
