"""Rows of analysis.estimate: their columns, their identity, and what a status means.

Belongs here: the columns, the key, its hash, the order of rows, the statuses. Does not belong here: any statistic;
which analyses and statistics there are, and what is known of each (registry.yaml).

A row without a value always has another status than `ok`; a row with a value and a status is to be read with it.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from typing import SupportsFloat

import polars as pl

from haicplatform.core.ratio_limits import FURTHEST
from haicplatform.estimation.ratios import LEAST, MOST, of_ratio

OK = "ok"
# statistics that are ratios of hazards with an interval
RATIOS = ("hr", "shr")
# best responses, and which of them are an objective response and disease control
CATEGORIES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
OBJECTIVE = ("CR", "PR")
CONTROL = ("CR", "PR", "SD")
# the term of any adverse event, the grades (CTCAE v5), and the one from which on an event is severe
ANY = "any"
GRADES = (1, 2, 3, 4, 5)
SEVERE = 3
# code -> what it means; what stands after `: ` in a status is {detail}
STATUSES: dict[str, str] = {
    OK: "",
    "not_reached": "The curve does not come down to the quantile.",
    "beyond_last": "The time lies after the last observed one.",
    "no_patients": "There are no patients.",
    "few_patients": "Fewer than {detail} patients in a group.",
    "one_group": "There is one group only.",
    "no_events": "There are no events.",
    "few_events": "Too few events: {detail}.",
    "few_events_per_coefficient": "Fewer than {detail} events a coefficient: the model may say too much.",
    "no_value": "No value is known.",
    "no_variation": "There is nothing to compare: {detail}.",
    "not_computed": "The test could not be computed: {detail}.",
    "separated": "No finite hazard ratio: all or none of the events are on one side of {detail}.",
    "penalised": "Firth's penalised likelihood, because the ordinary model is separated by {detail}.",
    "not_estimable": "Not estimable: {detail} has no information of its own.",
    "not_converged": "The estimation did not converge.",
    "unit": "No hazard ratio of one unit of {detail} can be written "
    f"(beyond {FURTHEST:,.0f}): use another unit of it.",
    "wide": f"The interval runs from below {LEAST} to above {MOST:,.0f}: "
    "the data say next to nothing about this ratio.",
    "fine_unit": "One unit of {detail} is so small that its hazard ratio rounds to 1.00: read its p value.",
    "no_model": "No model was fitted: {detail}.",
    "at_0_or_1": "A curve is at 0 or 1 at this time.",
    "not_followed": "A group was not followed for this time.",
    "one_hospital": "Fewer than two hospitals contribute.",
    "narrowed": "The Hartung-Knapp interval is narrower here than the ordinary one, and its p smaller: the cautious "
    "interval, whose variance is not below the ordinary one, is to be preferred.",
    "no_spread": "All hospitals have the same hazard ratio: the Hartung-Knapp interval would have no width.",
    "non_proportional": "The hazards are not proportional: p is below {detail}.",
    "unbalanced": "Still different after weighting or matching: above {detail}.",
    "no_match": "No patient found a match.",
    "no_pair": "No reading is there twice.",
    "no_lesion": "No patient was measured before and after the start.",
    "missing_values": "Patients without a value: {detail}.",
    "too_missing": "More than {detail} % of the values are missing, or hardly any is known: not imputed.",
    "without": "Without {detail}: too many of its values are missing to be imputed.",
    "impossible": "Left out: {detail}.",
    "above_screen": "The univariable p is not below {detail}.",
    "complete": "No covariate has missing values: nothing to do.",
}

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
SCHEMA: dict[str, type[pl.DataType]] = {
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
        return replace(self, **context)  # type: ignore[arg-type]  # the parts of a key are text, _parts is none

    def add(
        self,
        statistic: str,
        value: SupportsFloat | None,
        *,
        term: str = "",
        at: float | None = None,
        ci: tuple[float | None, float | None] = (None, None),
        unit: str = "",
        method: str = "",
        status: str = OK,
        note: str = "",
    ) -> None:
        """One statistic; a value or bound that is not finite is stored as missing, and a missing value says why.

        Raises ValueError for a status that STATUSES does not have.
        """
        if status.partition(": ")[0] not in STATUSES:
            raise ValueError(f"there is no status {status!r}")
        number = _finite(value)
        if status == OK and number is None:
            status = "not_computed: no finite number"
        if status == OK and number is not None and statistic in RATIOS:
            status = of_ratio(number, _finite(ci[0]), _finite(ci[1]), term) or OK
        self._parts.append(
            {
                **self._context(),
                "term": term,
                "statistic": statistic,
                "at": None if at is None else float(at),
                "value": number,
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


def few(minimum: int) -> str:
    """The status of a group with fewer than `minimum` patients."""
    return f"few_patients: {minimum}" if minimum > 1 else "no_patients"


def of_test(status: str) -> str:
    """The status of a test of haicplatform.survival.tables."""
    if status in (OK, "converged"):
        return OK
    return f"{'no_variation' if 'fewer' in status or 'variation' in status else 'not_computed'}: {status}"


def of_model(status: str) -> str:
    """The status of a model of haicplatform.survival."""
    from haicplatform.survival.ratios import NO_RATIO  # who only reads rows has no need of scipy

    if status == "converged":
        return OK
    if status == "not_estimable: no events":
        return "no_events"
    if status.startswith(NO_RATIO):
        return f"unit: {status.removeprefix(NO_RATIO)}"
    return "not_converged" if status.endswith("did not converge") else status


def _finite(value: SupportsFloat | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
