"""Times and models of the estimates: intervals, hazard ratios, curves, medians, numbers at risk.

Belongs here: relations that hold by construction. A Wald p and a likelihood ratio p of one model differ, as do a
median and the rate beside it by another interval: no such relation is here. Does not belong here: counts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from scipy import stats

from haicplatform.report.check.estimate_index import NEAR, Contradiction, Key, Rows, near, where, wrong
from haicplatform.report.paper_check.arithmetic import Z

# models whose interval and p are Wald's of coef and se
WALD = ("cox_univariable", "cox_multivariable", "cox_complete_case")
NOT_WALD = "firth"


def intervals(rows: Rows) -> Iterator[Contradiction]:
    """An interval holds its estimate."""
    for key, row in rows.by_key.items():
        low, value, high = row["ci_low"], row["value"], row["ci_high"]
        if value is None:
            continue
        slack = NEAR * max(1.0, abs(value))
        if (low is not None and low > value + slack) or (high is not None and high < value - slack):
            yield wrong(key, "an interval holds its estimate", value, f"between {low} and {high}")


def hazard_ratios(rows: Rows) -> Iterator[Contradiction]:
    """HR, interval and p are those of the coefficient; each variable has one reference, which has no HR."""
    for key, row in rows.of("hr"):
        if not key.analysis.startswith(WALD) or NOT_WALD in key.analysis or row["status"].startswith("penalised"):
            continue
        coef, error = rows.value(key, statistic="coef"), rows.value(key, statistic="se")
        if coef is None or error is None:
            continue
        expected = {"value": coef, "ci_low": coef - Z * error, "ci_high": coef + Z * error}
        for name, exponent in expected.items():
            if row[name] is not None and exponent < 700 and not _near_ratio(row[name], math.exp(exponent)):
                relation = "a hazard ratio and its interval are those of its coefficient"
                yield wrong(key, relation, row[name], math.exp(exponent))
        p, wald = rows.value(key, statistic="p"), 2 * stats.norm.sf(abs(coef / error)) if error else math.nan
        if p is not None and error and not near(p, wald):
            yield wrong(key._replace(statistic="p"), "p is Wald's of the hazard ratio and its interval", p, wald)
    yield from _references(rows)


def _near_ratio(a: float, b: float) -> bool:
    return abs(a - b) <= NEAR * max(abs(a), abs(b))


def _references(rows: Rows) -> Iterator[Contradiction]:
    """Levels of a model are compared with one level, which is named."""
    for key, _ in rows.of("hr"):
        variable, mark, _ = key.term.partition("=")
        if not key.analysis.startswith("cox_") or not mark:
            continue
        beside = rows.beside(key._replace(statistic="reference"), "term")
        names = [term for term in beside if term.partition("=")[0] == variable]
        if len(names) > 1 or key.term in names:
            printed = ", ".join(names)
            yield Contradiction(where(key), "a variable has one reference without a ratio", printed, "one other level")


def curves(rows: Rows) -> Iterator[Contradiction]:
    """A curve is the product over its events; its median, rates and numbers at risk are read off it."""
    for curve, points in _curves(rows).items():
        at = sorted(points)
        last = 1.0
        at_risk: float | None = None
        for time in at:
            risk, events, height = (points[time].get(name) for name in ("n_risk", "n_event", "survival"))
            if risk is None or events is None or height is None or not risk:
                break
            if at_risk is not None and risk > at_risk + NEAR and curve.population != "weighted":
                yield wrong(curve._replace(statistic="n_risk", at=time), "numbers at risk fall", risk, at_risk)
            if not near(height, last * (1 - events / risk)):
                expected = last * (1 - events / risk)
                yield wrong(curve._replace(statistic="survival", at=time), "a curve is a product", height, expected)
            last = height
            at_risk = risk - events - (points[time].get("n_censor") or 0)
        else:
            yield from _read_off(rows, curve, at, points)
    yield from _falling(rows)


def _curves(rows: Rows) -> dict[Key, dict[float, dict[str, float]]]:
    curves: dict[Key, dict[float, dict[str, float]]] = {}
    for key, row in rows.of("survival", "n_risk", "n_event", "n_censor"):
        if key.analysis == "km" and key.at is not None:
            points = curves.setdefault(key._replace(statistic="", at=None), {})
            points.setdefault(key.at, {})[key.statistic] = row["value"]
    return curves


def _read_off(rows: Rows, curve: Key, at: list[float], points: dict) -> Iterator[Contradiction]:
    height = {time: points[time]["survival"] for time in at}
    median = rows.by_key.get(curve._replace(statistic="median"))
    if median is not None and at:
        yield from _median(curve, median, at, height)
    for time, value in rows.times(curve._replace(statistic="rate")).items():
        before = [height[t] for t in at if t <= time + NEAR]
        expected = before[-1] if before else 1.0
        if not near(value, expected):
            yield wrong(curve._replace(statistic="rate", at=time), "a rate is read off its curve", value, expected)
    for time, value in rows.times(curve._replace(statistic="at_risk")).items():
        later = [points[t]["n_risk"] for t in at if t >= time - NEAR]
        expected = later[0] if later else 0.0
        if not near(value, expected):
            key = curve._replace(statistic="at_risk", at=time)
            yield wrong(key, "a number at risk is that of the curve", value, expected)


def _median(curve: Key, row: dict, at: list[float], height: dict[float, float]) -> Iterator[Contradiction]:
    """R's median: where the curve falls below a half; the middle of the flat part where it is a half."""
    key = curve._replace(statistic="median")
    reached = [time for time in at if height[time] <= 0.5 + 1e-9]
    if not reached:
        if row["value"] is not None:
            yield wrong(key, "a median is read off its curve", row["value"], "not reached")
        return
    first, last = reached[0], reached[0]
    if abs(height[first] - 0.5) <= 1e-9:
        last = next((time for time in reached if height[time] < 0.5 - 1e-9), at[-1])
    if row["value"] is not None and not first - NEAR <= row["value"] <= last + NEAR:
        yield wrong(key, "a median is read off its curve", row["value"], f"{first:.6g} to {last:.6g}")


def _falling(rows: Rows) -> Iterator[Contradiction]:
    """Numbers at risk fall; with those who had an event or were censored before they are the group."""
    seen = set()
    for key, row in rows.of("at_risk"):
        curve = key._replace(at=None)
        line = sorted(rows.times(key).items())
        if curve not in seen:
            for (_, earlier), (time, later) in itertools.pairwise(line):
                if later > earlier + NEAR:
                    yield wrong(curve._replace(at=time), "numbers at risk fall", later, f"at most {earlier:g}")
        seen.add(curve)
        events, censored = (rows.value(key, statistic=name) for name in ("events_before", "censored_before"))
        whole = rows.value(key, statistic="n", at=None)
        if events is None or censored is None or whole is None or near(row["value"] + events + censored, whole):
            continue
        expected = whole - events - censored
        yield wrong(key, "at risk, with an event and censored are the group", row["value"], expected)


def tests_of_times(rows: Rows) -> Iterator[Contradiction]:
    """p is that of its chi-square; observed events are those of the curves, and as many are expected."""
    for key, row in rows.of("p", "q_p"):
        statistic = {"p": "chisq", "q_p": "q"}[key.statistic]
        chisq = rows.value(key, statistic=statistic)
        df = rows.value(key, statistic="df")
        if chisq is not None and df and not near(row["value"], float(stats.chi2.sf(chisq, df))):
            expected = float(stats.chi2.sf(chisq, df))
            yield wrong(key, "p is that of its chi-square", row["value"], expected)
    for key, row in rows.of("observed"):
        events = rows.value(key, analysis="km", statistic="events")
        if events is not None and not near(row["value"], events):
            yield wrong(key, "events of a test are those of the curve", row["value"], events)
    for key, row in rows.of("chisq"):
        if key.analysis not in ("logrank", "logrank_stratified"):
            continue
        observed, due = (_total(rows, key._replace(statistic=name)) for name in ("observed", "expected"))
        if observed is not None and due is not None and not near(observed, due):
            yield wrong(key, "as many events are expected as observed", row["value"], f"{due:.6g} and {observed:g}")


def _total(rows: Rows, key: Key) -> float | None:
    """The groups added up; None where one has no value, or there is none."""
    parts = [value for grp, value in rows.beside(key, "grp").items() if grp]
    known = [value for value in parts if value is not None]
    return sum(known) if known and len(known) == len(parts) else None
