"""Harrell's concordance with the counting of R's survival::concordance.

Belongs here: counting of comparable pairs. Does not belong here: models. Reference: R survival 3.x concordance,
default weights; the standard error is the infinitesimal jackknife.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Concordance:
    """Share of comparable pairs in which the higher risk fails first (ties of risk count one half)."""

    value: float | None
    std_err: float | None


def concordance(
    time: np.ndarray, event: np.ndarray, risk: np.ndarray, stratum: np.ndarray, cluster: np.ndarray | None = None
) -> Concordance:
    """A pair is comparable when the earlier of the two is an event; a censoring at an event's time is later.

    `cluster`: index of each subject's cluster, over which the jackknife sums.
    """
    n = len(time)
    balance, pairs = np.zeros(n), np.zeros(n)
    for value in np.unique(stratum):
        rows = np.flatnonzero(stratum == value)
        balance[rows], pairs[rows] = _one_stratum(time[rows], event[rows], risk[rows])
    comparable = pairs.sum() / 2
    if not comparable:
        return Concordance(None, None)
    excess = balance.sum() / 2 / comparable  # (concordant - discordant) / comparable
    influence = (balance - excess * pairs) / (2 * comparable)
    if cluster is not None:
        influence = np.bincount(cluster, weights=influence)
    return Concordance(float((excess + 1) / 2), float(np.sqrt((influence**2).sum())))


def _one_stratum(time: np.ndarray, event: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each subject's concordant minus discordant pairs, and its comparable pairs."""
    n = len(time)
    _, rank = np.unique(risk, return_inverse=True)
    # later first; of those at the same time the censored come first, for they outlive the events
    order = np.lexsort((event, -time))
    when, dead, rank = time[order], event[order] > 0, rank[order]
    _, tie = np.unique(np.column_stack([-when, dead]), axis=0, return_inverse=True)
    tie = tie.ravel()
    first = np.searchsorted(tie, tie, side="left")
    last = np.searchsorted(tie, tie, side="right")
    position = np.arange(n)

    below, equal = _counts_before(rank, first)
    outlive = first.astype(float)  # those before the tie block outlive an event
    balance = np.where(dead, below - (outlive - below - equal), 0.0)
    pairs = np.where(dead, outlive, 0.0)

    # as the longer-lived of a pair: events after one's own tie block
    events = position[dead]
    if len(events):
        ranks = rank[events][::-1]
        start = len(events) - np.searchsorted(events, last, side="left")
        below, equal = _counts_before(ranks, start, rank)
        after = start.astype(float)
        balance += (after - below - equal) - below
        pairs += after
    out_balance, out_pairs = np.zeros(n), np.zeros(n)
    out_balance[order], out_pairs[order] = balance, pairs
    return out_balance, out_pairs


def _counts_before(
    rank: np.ndarray, until: np.ndarray, against: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """For each query: among the first `until` of `rank`, how many are below and equal to its own rank.

    The prefix is cut into blocks of powers of two, each sorted once: O(n log^2 n), without a loop over rows.
    """
    query = rank if against is None else against
    below, equal = np.zeros(len(query)), np.zeros(len(query))
    n, top = len(rank), int(max(rank.max(initial=0), query.max(initial=0))) + 2
    size = 1
    while size <= n:
        keyed = np.sort((np.arange(n) // size) * top + rank)
        uses = (until & size) > 0
        block = (until[uses] // size - 1) * top
        base = (until[uses] // size - 1) * size
        low = np.searchsorted(keyed, block + query[uses], side="left")
        high = np.searchsorted(keyed, block + query[uses], side="right")
        below[uses] += low - base
        equal[uses] += high - low
        size *= 2
    return below, equal
