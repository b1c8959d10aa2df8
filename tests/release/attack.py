"""An attacker of a released report: bounds of every hidden count from what is shown, by adding and subtracting.

Belongs here: what somebody knows who knows how such a report is made, written from the report's meaning and not from
haicplatform.release. Does not belong here: expectations.
"""

from __future__ import annotations

import math

import polars as pl

COUNTS = ("patients", "readings", "pairs")
Key = tuple


class Attack:
    """lows, highs by count: (population, endpoint, group, term, statistic, month); unknown ones from 0 to anything."""

    def __init__(self, released: pl.DataFrame, whole: pl.DataFrame) -> None:
        """`whole`: what was released from; of it the attacker is given only which sums hold at all."""
        true: dict[Key, set[float]] = {}
        for row in _counts(whole):
            true.setdefault(self.key(row), set()).add(row["value"])
        self.low: dict[Key, float] = {}
        self.high: dict[Key, float] = {}
        self.sums: list[tuple[Key, list[Key]]] = []
        self.asked: list[tuple[Key, str]] = []
        for row in _counts(released):
            key = self.key(row)
            if len(true[key]) > 1:
                key = (row["estimate_id"], *key[1:])
            self.asked.append((key, row["estimate_id"]))
            known = row["value"] is not None
            self.low[key] = max(self.low.get(key, 0.0), row["value"] if known else 1.0)
            self.high[key] = min(self.high.get(key, math.inf), row["value"] if known else math.inf)
        self._relate()
        value = {key: next(iter(values)) for key, values in true.items() if len(values) == 1}
        self.sums = [one for one in self.sums if {one[0], *one[1]} <= self.low.keys() and _holds(*one, value)]
        self._solve()

    @staticmethod
    def key(row: dict) -> Key:
        """What a row counts, whichever analysis prints it; analyses of fewer patients are sets of their own."""
        grp, term, endpoint = row["grp"] or "all", row["term"], row["endpoint"]
        statistic, at, of = row["statistic"], row["at"], row["population"]
        if row["analysis"] in ("cox_complete_case", "propensity", "waterfall", "by_hospital"):
            of = f"{of} {row['analysis']} {grp if row['analysis'] == 'by_hospital' else ''}"
        if term.startswith("group="):
            grp, term = term.removeprefix("group="), ""
        if term in ("patients", "included", "model") and row["analysis"] != "dose":
            term = ""
        is_model = row["analysis"].startswith("cox_")
        if statistic == "n" and (row["analysis"] == "flow" or (is_model and "=" in term)):
            endpoint = ""
        # analyses code a variable differently; the counts of a whole group are the same by whichever prints them
        name = "" if not term else "model" if is_model else row["analysis"]
        return (of, name, endpoint, grp, term, statistic, at)

    def _relate(self) -> None:
        keys = set(self.low)
        groups = {key[3] for key in keys} - {"all"}
        for key in list(keys):
            of, name, endpoint, grp, term, statistic, at = key
            parts = [(of, name, endpoint, one, term, statistic, at) for one in groups]
            if grp == "all" and all(part in keys for part in parts) and parts:
                self.sums.append((key, parts))
            if name == "baseline" and statistic == "n" and "=" not in term:
                levels = self._levels(key, term)
                missing = (of, name, endpoint, grp, term, "missing", at)
                if levels:
                    self.sums.append((key, levels))
                if missing in keys and (of, "", "", grp, "", "n", None) in keys:
                    self.sums.append(((of, "", "", grp, "", "n", None), [key, missing]))
            if name == "model" and "=" in term and grp == "all":
                variable, free = term.partition("=")[0], (of, endpoint, term.partition("=")[0], statistic)
                if free not in self.low:
                    self._free(free)
                    whole = (of, "", endpoint, grp, "", statistic, None)
                    self.sums += [(whole, [*self._levels(key, variable), free])] if whole in keys else []
            if statistic == "at_risk" and at is not None:
                rest = [(of, name, endpoint, grp, term, one, at) for one in ("events_before", "censored_before")]
                whole = (of, "", endpoint, grp, "", "n", None)
                if all(one in keys for one in rest) and whole in keys:
                    self.sums.append((whole, [key, *rest]))
        for of, endpoint, grp in {(key[0], key[2], key[3]) for key in keys if key[1] == "response"}:
            response = lambda term, at=(of, endpoint, grp): (at[0], "response", at[1], at[2], term, "n", None)  # noqa: E731
            best = [response(term) for term in ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")]
            whole = (of, "", endpoint, grp, "", "n", None)
            if all(one in keys for one in [*best, whole]):
                self.sums += [(whole, best), (response("ORR"), best[:2])]
        reasons = [key for key in keys if key[1] == "flow" and key[4].startswith("excluded=")]
        out = next((key for key in keys if key[1] == "flow" and key[4] == "excluded"), None)
        assessed = next((key for key in keys if key[1] == "flow" and key[4] == "assessed"), None)
        if out and reasons:
            self.sums.append((out, reasons))
            self.sums.append((assessed, [out, ("pooled", "", "", "all", "", "n", None)]))

    def _levels(self, key: Key, variable: str) -> list[Key]:
        """The counts of the levels of a variable beside a count of it."""
        beside = (one for one in list(self.low) if len(one) == len(key))
        return [
            one for one in beside if one[:4] == key[:4] and one[5:] == key[5:] and one[4].startswith(f"{variable}=")
        ]

    def _free(self, key: Key) -> None:
        self.low[key], self.high[key] = 0.0, math.inf

    def _solve(self) -> None:
        """Narrow every bound by every sum until nothing changes."""
        changed = True
        while changed:
            changed = False
            for total, parts in self.sums:
                changed |= self._narrow(total, sum(self.low[p] for p in parts), sum(self.high[p] for p in parts))
                for part in parts:
                    others = [other for other in parts if other is not part]
                    low = self.low[total] - sum(self.high[other] for other in others)
                    high = self.high[total] - sum(self.low[other] for other in others)
                    changed |= self._narrow(part, low, high)

    def _narrow(self, key: Key, low: float, high: float) -> bool:
        is_narrower = low > self.low[key] + 1e-9 or high < self.high[key] - 1e-9
        self.low[key], self.high[key] = max(self.low[key], low), min(self.high[key], high)
        return is_narrower

    def found(self) -> dict[str, float]:
        """Estimate id -> value of every count that is known."""
        return {name: self.low[key] for key, name in self.asked if self.high[key] - self.low[key] < 0.5}


def _counts(frame: pl.DataFrame) -> list[dict]:
    rows = frame.filter((pl.col("variant") == "main") & pl.col("unit").is_in(COUNTS) & (pl.col("statistic") != "ess"))
    return rows.filter(pl.col("value").is_not_null() | (pl.col("status") == "suppressed")).to_dicts()


def _holds(total: Key, parts: list[Key], value: dict[Key, float]) -> bool:
    """Whether the sum holds; where a part is free, whether the others leave something for it."""
    known = [value[part] for part in parts if part in value]
    if total not in value:
        return False
    rest = value[total] - sum(known)
    return abs(rest) < 1e-9 if len(known) == len(parts) else rest >= 0
