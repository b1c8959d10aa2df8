"""Rows of analysis.estimate and their identity.

Belongs here: the columns, the key, its hash, the order of rows. Does not belong here: any statistic.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace

import polars as pl

KEY = (
    "study_id",
    "snapshot_id",
    "analysis",
    "variant",
    "population",
    "endpoint",
    "grp",
    "term",
    "statistic",
    "at",
)
SCHEMA: dict[str, pl.DataType] = {
    "estimate_id": pl.String,
    **{name: pl.Float64 if name == "at" else pl.String for name in KEY},
    "value": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "unit": pl.String,
    "method": pl.String,
    "status": pl.String,
    "note": pl.String,
}
OK = "ok"


@dataclass(frozen=True)
class Rows:
    """Collects rows that share the first parts of their key; `for_` narrows them further.

    Text of the key that does not apply is empty; `at` is a time in months, or missing.
    """

    study_id: str
    snapshot_id: str
    variant: str = "main"
    analysis: str = ""
    population: str = "pooled"
    endpoint: str = ""
    grp: str = ""
    _parts: list[dict] = field(default_factory=list)

    def for_(self, **context: str) -> Rows:
        """The same collection with other leading parts of the key."""
        return replace(self, **context)

    def add(
        self,
        statistic: str,
        value: float | None,
        *,
        term: str = "",
        at: float | None = None,
        ci: tuple[float | None, float | None] = (None, None),
        unit: str = "",
        method: str = "",
        status: str = OK,
        note: str = "",
    ) -> None:
        """One statistic; a value or bound that is not finite is stored as missing."""
        self._parts.append(
            {
                **self._context(),
                "term": term,
                "statistic": statistic,
                "at": None if at is None else float(at),
                "value": _finite(value),
                "ci_low": _finite(ci[0]),
                "ci_high": _finite(ci[1]),
                "unit": unit,
                "method": method,
                "status": status,
                "note": note,
            }
        )

    def frame(self) -> pl.DataFrame:
        """All rows in the order they were added, with their ids. ValueError when a key occurs twice."""
        frame = pl.DataFrame(self._parts, schema={k: v for k, v in SCHEMA.items() if k != "estimate_id"})
        keys = [json.dumps(row, ensure_ascii=False) for row in frame.select(KEY).iter_rows()]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"two estimates have the key {twice}")
        ids = [hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys]
        return frame.select(pl.Series("estimate_id", ids, dtype=pl.String), pl.all())

    def _context(self) -> dict[str, str]:
        names = ("study_id", "snapshot_id", "analysis", "variant", "population", "endpoint", "grp")
        return {name: getattr(self, name) for name in names}


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
