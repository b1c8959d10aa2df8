"""How numbers are written, everywhere in a report.

Belongs here: digits, signs, "NR", "<0.001", "n (%)", masked counts. Does not belong here: which numbers.
"""

from __future__ import annotations

from haicplatform.estimation.ratios import LEAST, MOST
from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Run, Text, concat

NOT_REACHED = "NR"
NOTHING = "–"
DASH = "–"
NONE: Text = (Run(NOTHING),)
SUPPRESSED = "suppressed"


def tagged(text: str, *sources: Estimate | None, style: str = "") -> Text:
    """Text that carries the ids of the estimates it shows."""
    ids = dict.fromkeys(source.estimate_id for source in sources if source is not None)
    return (Run(text, tuple(ids), style),)


def fixed(value: float | None, digits: int) -> str:
    """A number with that many decimals, thousands separated; a dash where there is none."""
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def adaptive(value: float | None) -> str:
    """One decimal, none from 1,000 on."""
    return NOTHING if value is None else fixed(value, 0 if abs(value) >= 1000 else 1)


def ratio(value: float | None) -> str:
    """A hazard ratio: two decimals, one from 10 on, the bound itself at the ends."""
    if value is None:
        return NOTHING
    if value < LEAST:
        return f"<{LEAST}"
    if value >= MOST:
        return f">{MOST:,.0f}"
    return fixed(value, 2 if value < 10 else 1)


def ratio_interval(row: Estimate) -> str:
    """0.45 (0.30–0.66); without an interval the ratio alone."""
    if row.ci_low is None and row.ci_high is None:
        return ratio(row.value)
    return f"{ratio(row.value)} ({ratio(row.ci_low)}{DASH}{ratio(row.ci_high)})"


def p_text(value: float | None) -> str:
    """Three decimals; <0.001 and >0.999 at the ends."""
    if value is None:
        return NOTHING
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.9994 else f"{value:.3f}"


def p_equals(value: float) -> str:
    """p = 0.012, p < 0.001."""
    text = p_text(value)
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def is_masked(row: Estimate | None, mask_below: int) -> bool:
    """Whether a count may not be shown."""
    if row is None:
        return False
    return row.code == SUPPRESSED or (row.value is not None and 0 < row.value < mask_below)


class Numbers:
    """Estimates as text, in the words of one language. `mask`: the count below which a hospital's is not shown."""

    def __init__(self, words: Words, mask: int = 0) -> None:
        self.words, self.mask = words, mask

    def why(self, row: Estimate) -> Text:
        """In a few words why an estimate has no value."""
        key = f"short.{row.code}"
        return tagged(self.words(key if self.words.has(key) else "short.other"), row, style="why")

    def masked(self, row: Estimate, below: int = 0) -> Text:
        """That a count is too small to be shown; a suppressed one need not be small itself."""
        limit = 0 if row.code == SUPPRESSED else below or self.mask
        return tagged(f"<{limit}" if limit else self.words("short.suppressed"), row, style="masked")

    def count(self, row: Estimate | None, below: int = 0) -> Text:
        """A count; below `below` (and not 0) only that it is."""
        if row is None:
            return NONE
        if is_masked(row, below):
            return self.masked(row, below)
        return self.why(row) if row.value is None else tagged(fixed(row.value, 0), row)

    def share(self, n: Estimate | None, share: Estimate | None, below: int = 0) -> Text:
        """n (%)."""
        if n is None or n.value is None or is_masked(n, below):
            return self.count(n, below)
        part = "" if share is None or share.value is None else f" ({share.value:.1f})"
        return tagged(f"{fixed(n.value, 0)}{part}", n, share if part else None)

    def of(self, n: Estimate | None, total: Estimate | None, below: int = 0) -> Text:
        """n / total."""
        if total is None or total.value is None or is_masked(total, below):
            return self.count(total, below)
        return concat(self.count(n, below), " / ", self.count(total))

    def mean_sd(self, mean: Estimate | None, sd: Estimate | None) -> Text:
        """Mean ± SD."""
        if mean is None or mean.value is None:
            return NONE
        spread = "" if sd is None or sd.value is None else f" ± {adaptive(sd.value)}"
        return tagged(f"{adaptive(mean.value)}{spread}", mean, sd if spread else None)

    def quartiles(self, median: Estimate | None, q1: Estimate | None, q3: Estimate | None) -> Text:
        """Median (Q1–Q3)."""
        if median is None or q1 is None or q3 is None or median.value is None:
            return NONE
        return tagged(f"{adaptive(median.value)} ({adaptive(q1.value)}{DASH}{adaptive(q3.value)})", median, q1, q3)

    def p(self, row: Estimate | None) -> Text:
        """A p value, or why there is none."""
        if row is None:
            return NONE
        return tagged(p_text(row.value), row) if row.value is not None else self.why(row)

    def p_or_dash(self, row: Estimate | None) -> Text:
        """A p value, or a dash: beside a cell that says why there is none."""
        return NONE if row is None or row.value is None else self.p(row)

    def ratio(self, row: Estimate | None) -> Text:
        """HR (low–high), or why there is none."""
        if row is None:
            return NONE
        return self.why(row) if row.value is None else tagged(ratio_interval(row), row)

    def months(self, row: Estimate | None, *, interval: bool = True) -> Text:
        """Median (low–high) in months, NR where a bound or the median is not reached."""
        if row is None:
            return NONE
        if row.value is None and row.code not in ("not_reached", "not reached"):
            return self.why(row)
        bound = lambda value: NOT_REACHED if value is None else fixed(value, 1)  # noqa: E731
        text = bound(row.value)
        if interval and (row.ci_low is not None or row.ci_high is not None):
            text += f" ({bound(row.ci_low)}{DASH}{bound(row.ci_high)})"
        return tagged(text, row)

    def rate(self, row: Estimate | None) -> Text:
        """A survival as a percentage (low–high); * where the curve is carried on beyond the last time."""
        if row is None:
            return NONE
        if row.value is None:
            return self.why(row)
        ends = [NOTHING if end is None else f"{100 * end:.1f}" for end in (row.ci_low, row.ci_high)]
        interval = f" ({ends[0]}{DASH}{ends[1]})" if row.ci_low is not None else ""
        mark = "" if row.status == "ok" else "*"
        return tagged(f"{100 * row.value:.1f}{interval}{mark}", row)

    def percent(self, row: Estimate | None) -> Text:
        """A percentage (low–high)."""
        if row is None:
            return NONE
        if row.value is None:
            return self.why(row)
        interval = "" if row.ci_low is None else f" ({row.ci_low:.1f}{DASH}{row.ci_high:.1f})"
        return tagged(f"{row.value:.1f}{interval}", row)

    def interval(self, row: Estimate | None) -> Text:
        """low–high of a percentage."""
        if row is None or row.ci_low is None:
            return NONE
        return tagged(f"{row.ci_low:.1f}{DASH}{row.ci_high:.1f}", row)

    def plain(self, row: Estimate | None, digits: int) -> Text:
        """A number with that many decimals, or why there is none."""
        if row is None:
            return NONE
        return self.why(row) if row.value is None else tagged(fixed(row.value, digits), row)

    def with_interval(self, row: Estimate | None, digits: int) -> Text:
        """A number and its interval with that many decimals."""
        if row is None or row.value is None or row.ci_low is None:
            return self.plain(row, digits)
        ends = f"({fixed(row.ci_low, digits)} {self.words('to')} {fixed(row.ci_high, digits)})"
        return tagged(f"{fixed(row.value, digits)} {ends}", row)
