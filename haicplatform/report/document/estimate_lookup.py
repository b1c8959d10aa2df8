"""Finding estimates by their key.

Belongs here: the index over analysis.estimate that tables and figures read. Does not belong here: formatting.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

# statistics with a row a point of a curve: read in one go, never singly
CURVE = ("survival", "n_risk", "n_event", "n_censor", "cif")
_KEY = ("analysis", "statistic", "variant", "population", "endpoint", "grp", "term", "at")
_PLACE = ("analysis", "statistic", "variant", "population", "endpoint", "grp", "term")


@dataclass(frozen=True)
class Estimate:
    """One row of analysis.estimate as a report sees it."""

    estimate_id: str
    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    method: str = ""
    status: str = "ok"
    note: str = ""
    at: float | None = None

    @property
    def code(self) -> str:
        """The status without its detail."""
        return self.status.partition(":")[0].strip()

    @property
    def detail(self) -> str:
        return self.status.partition(":")[2].strip()


class Estimates:
    """The estimates of one study on one snapshot."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame.filter(~pl.col("statistic").is_in(CURVE))
        self._rows = {tuple(row[name] for name in _KEY): _estimate(row) for row in self.frame.iter_rows(named=True)}
        self._columns: dict[tuple[str, str, str, str, str], list[tuple[str, str]]] = {}
        for analysis, statistic, variant, population, endpoint, grp, term, _ in self._rows:
            self._columns.setdefault((analysis, statistic, variant, population, endpoint), []).append((grp, term))
        curves = frame.filter(pl.col("statistic").is_in((*CURVE, "at_risk", "change")))
        self._curves = curves.partition_by(_PLACE, as_dict=True, maintain_order=True)
        self.analyses = set(frame["analysis"].unique())

    def get(
        self,
        analysis: str,
        statistic: str,
        at: float | None = None,
        /,
        *,
        variant: str = "main",
        population: str = "pooled",
        endpoint: str = "",
        grp: str = "",
        term: str = "",
    ) -> Estimate | None:
        """The estimate of that key, or None."""
        return self._rows.get((analysis, statistic, variant, population, endpoint, grp, term, at))

    def terms(self, analysis: str, statistic: str, *, grp: str | None = None, **key: str) -> list[str]:
        """The terms of an analysis in their order, each once."""
        columns = self._columns.get(_column(analysis, statistic, key), [])
        return list(dict.fromkeys(term for of, term in columns if grp is None or of == grp))

    def groups(self, analysis: str, statistic: str, **key: str) -> list[str]:
        """The values of grp of an analysis in their order, each once."""
        return list(dict.fromkeys(grp for grp, _ in self._columns.get(_column(analysis, statistic, key), [])))

    def populations(self, analysis: str = "km", prefix: str = "site:", *, variant: str = "main") -> list[str]:
        """What follows the prefix in the populations of an analysis, in order of the alphabet."""
        here = {key[3] for key in self._columns if key[0] == analysis and key[2] == variant}
        return sorted(name.removeprefix(prefix) for name in here if name.startswith(prefix))

    def variants(self) -> list[str]:
        """The sensitivity analyses that have estimates, in their order."""
        return [name for name in self.frame["variant"].unique(maintain_order=True) if name != "main"]

    def curve(
        self,
        statistic: str,
        *,
        analysis: str = "km",
        population: str = "pooled",
        endpoint: str = "",
        grp: str = "",
        term: str = "",
    ) -> pl.DataFrame:
        """at, value, ci_low, ci_high, estimate_id of one statistic along a curve, in order of time."""
        names = ["at", "value", "ci_low", "ci_high", "estimate_id"]
        points = self._curves.get((analysis, statistic, "main", population, endpoint, grp, term))
        if points is None:
            schema = dict.fromkeys(names[:-1], pl.Float64) | {"estimate_id": pl.String}
            return pl.DataFrame(schema=schema)
        return points.select(names).sort("at")


def _column(analysis: str, statistic: str, key: dict[str, str]) -> tuple[str, str, str, str, str]:
    wanted = {"variant": "main", "population": "pooled", "endpoint": ""} | key
    return (analysis, statistic, wanted["variant"], wanted["population"], wanted["endpoint"])


def _estimate(row: dict) -> Estimate:
    names = ("estimate_id", "value", "ci_low", "ci_high", "method", "status", "note", "at")
    return Estimate(**{name: row[name] for name in names})
