"""Relations of a number and its own interval, and of a survival rate and its median.

Belongs here: ratios, rates, medians. Does not belong here: comparisons of arms (comparisons.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from haicplatform.report.paper_check.arithmetic import SCALES, Range, Z, ratio_between, scales_of, wald_p
from haicplatform.report.paper_check.entries import Check, Published
from haicplatform.report.paper_check.printed_number import Number, span
from haicplatform.report.paper_check.read_entries import Entry

# A profile-likelihood or bootstrap interval is not symmetric about its ratio, a Wald interval is. So much of the
# standard error off the middle may be another kind of interval; more is taken for a wrong digit.
MOST_OFF_CENTRE = 0.1


def contains(published: Published) -> Iterator[Check]:
    """An interval holds its estimate."""
    for entry in published.entries:
        if entry.number is None or (entry.low is None and entry.high is None):
            continue
        above = entry.low is None or entry.low.low <= entry.number.high
        below = entry.high is None or entry.number.low <= entry.high.high
        sentence = "an estimate within its interval"
        yield Check("interval holds the estimate", (entry,), (), above and below, sentence, is_bound=True)


def ratios(published: Published) -> Iterator[Check]:
    """A ratio lies near the middle of its Wald interval on the log scale; its p value is that interval's."""
    for entry in published.of("ratio"):
        if entry.low is None or entry.high is None or entry.low.low <= 0 or entry.high.low <= entry.low.high:
            continue
        yield _middle(entry, entry.low, entry.high)
    by_words = {(e.group, e.statistic): e for e in published.entries}
    for entry in published.of("p_of"):
        ratio = by_words.get((entry.group, entry.meaning.what))
        if ratio is None or not ratio.number or ratio.low is None or ratio.high is None:
            continue
        p = wald_p(ratio.number.ends, ratio.low.ends, ratio.high.ends)
        sentence = f"{span(*p)}, the Wald p of {ratio.printed} over the rounding of its digits"
        yield Check("p of a ratio and its interval", (entry,), (ratio,), entry.numeric.can_be(*p), sentence)


def _middle(entry: Entry, low: Number, high: Number) -> Check:
    middle = ratio_between(low.ends, high.ends)
    sentence = f"{span(*middle)}, the middle of its interval on the log scale"
    if entry.numeric.can_be(*middle):
        return Check("middle of a Wald interval", (entry,), (), True, sentence)
    error = math.log(high.value / low.value) / (2 * Z)
    off = abs(math.log(entry.numeric.value / math.sqrt(low.value * high.value))) / error
    sentence += f"; it is off by {100 * off:.1f}% of the standard error, more than rounding gives"
    return Check("middle of a Wald interval", (entry,), (), off <= MOST_OFF_CENTRE, sentence, is_bound=True)


def share_of(number: Number) -> Range:
    """A printed percentage with its rounding, 0 to 1."""
    return number.low / 100, number.high / 100


def relative_errors(entry: Entry) -> dict[str, Range]:
    """See arithmetic.scales_of, for a printed rate."""
    if entry.low is None or entry.high is None:
        return {}
    return scales_of(share_of(entry.numeric), share_of(entry.low), share_of(entry.high))


def rates(published: Published) -> Iterator[Check]:
    """The interval of a rate is symmetric on a scale that survival curves use; one half each side of its median."""
    for entry in published.of("rate"):
        if entry.low is not None and entry.high is not None and 0 < entry.numeric.value < 100:
            scales = list(relative_errors(entry))
            sentence = f"an interval symmetric on a scale: {', '.join(scales) or 'none of ' + ', '.join(SCALES)}"
            yield Check("scale of a rate's interval", (entry,), (), bool(scales), sentence)
        median = published.get("median", entry.meaning.what, entry.group)
        at = entry.meaning.at
        if median is None or at is None or median.meaning.unit != entry.meaning.unit:
            continue
        sentence = f"a rate of {'at least' if median.numeric.low > at else 'at most'} 50 at {at:g}, the median being "
        agrees = True
        if median.numeric.low > at:
            agrees = entry.numeric.high >= 50
        elif median.numeric.high < at:
            agrees = entry.numeric.low <= 50
        yield Check("rate and median", (entry, median), (), agrees, sentence + median.text, is_bound=True)
