"""How numbers are written, everywhere in a report.

Belongs here: digits, signs, "NR", "<0.001", "n (%)", masked counts. Does not belong here: which numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

NOT_REACHED = "NR"
NOTHING = "–"
DASH = "–"


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


def tagged(text: str, *sources: Estimate | None) -> Markup:
    """Text that carries the ids of the estimates it shows."""
    ids = " ".join(source.estimate_id for source in sources if source is not None)
    return Markup('<span data-estimate="{}">{}</span>').format(ids, text) if ids else Markup(escape(text))


def fixed(value: float | None, digits: int) -> str:
    """A number with that many decimals, thousands separated; a dash where there is none."""
    return NOTHING if value is None else f"{value:,.{digits}f}".replace("-", "−")


def adaptive(value: float | None) -> str:
    """One decimal, none from 1,000 on."""
    return NOTHING if value is None else fixed(value, 0 if abs(value) >= 1000 else 1)


def ratio(value: float | None) -> str:
    """A hazard ratio: two decimals, one from 10 on, the bound itself at the ends."""
    if value is None:
        return NOTHING
    if value < 0.01:
        return "<0.01"
    if value >= 1000:
        return ">1,000"
    return fixed(value, 2 if value < 10 else 1)


def p_text(value: float | None) -> str:
    """Three decimals; <0.001 and >0.999 at the ends."""
    if value is None:
        return NOTHING
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.9994 else f"{value:.3f}"


def count(row: Estimate | None, mask_below: int = 0) -> Markup:
    """A count; below `mask_below` (and not 0) only that it is."""
    if row is None or row.value is None:
        return Markup(NOTHING)
    if 0 < row.value < mask_below:
        return Markup("&lt;{}").format(mask_below)
    return tagged(fixed(row.value, 0), row)


def is_masked(row: Estimate | None, mask_below: int) -> bool:
    """Whether a count may not be shown."""
    return row is not None and row.value is not None and 0 < row.value < mask_below


def count_share(n: Estimate | None, share: Estimate | None) -> Markup:
    """n (%)."""
    if n is None or n.value is None:
        return Markup(NOTHING)
    part = "" if share is None or share.value is None else f" ({share.value:.1f})"
    return tagged(f"{n.value:.0f}{part}", n, share)


def mean_sd(mean: Estimate | None, sd: Estimate | None) -> Markup:
    """Mean ± SD."""
    if mean is None or mean.value is None:
        return Markup(NOTHING)
    spread = "" if sd is None or sd.value is None else f" ± {adaptive(sd.value)}"
    return tagged(f"{adaptive(mean.value)}{spread}", mean, sd)


def quartiles(median: Estimate | None, q1: Estimate | None, q3: Estimate | None) -> Markup:
    """Median (Q1–Q3)."""
    if median is None or q1 is None or q3 is None:
        return Markup(NOTHING)
    return tagged(f"{adaptive(median.value)} ({adaptive(q1.value)}{DASH}{adaptive(q3.value)})", median, q1, q3)


def p_value(row: Estimate | None) -> Markup:
    """A p value, or why there is none."""
    if row is None:
        return Markup(NOTHING)
    return tagged(p_text(row.value), row) if row.value is not None else why(row)


def hazard_ratio(row: Estimate | None) -> Markup:
    """HR (low–high), or why there is none."""
    if row is None:
        return Markup(NOTHING)
    if row.value is None:
        return why(row)
    return tagged(f"{ratio(row.value)} ({ratio(row.ci_low)}{DASH}{ratio(row.ci_high)})", row)


def median_months(row: Estimate | None, *, interval: bool = True) -> Markup:
    """Median (low–high) in months, NR where a bound or the median is not reached."""
    if row is None:
        return Markup(NOTHING)
    if row.value is None and row.status != "not_reached":
        return why(row)
    bound = lambda value: NOT_REACHED if value is None else fixed(value, 1)  # noqa: E731
    text = bound(row.value)
    if interval:
        text += f" ({bound(row.ci_low)}{DASH}{bound(row.ci_high)})"
    return tagged(text, row)


def rate(row: Estimate | None) -> Markup:
    """A survival as a percentage (low–high)."""
    if row is None or row.value is None:
        return Markup(NOTHING)
    ends = [NOTHING if end is None else f"{100 * end:.1f}" for end in (row.ci_low, row.ci_high)]
    interval = f" ({ends[0]}{DASH}{ends[1]})" if row.ci_low is not None else ""
    mark = "*" if row.status != "ok" else ""
    return tagged(f"{100 * row.value:.1f}{interval}{mark}", row)


def percent(row: Estimate | None) -> Markup:
    """A percentage (low–high)."""
    if row is None or row.value is None:
        return Markup(NOTHING)
    interval = "" if row.ci_low is None else f" ({row.ci_low:.1f}{DASH}{row.ci_high:.1f})"
    return tagged(f"{row.value:.1f}{interval}", row)


def why(row: Estimate) -> Markup:
    """The status of an estimate without a value, as a small remark."""
    return Markup('<span class="why" data-estimate="{}">{}</span>').format(row.estimate_id, row.status)
