"""The score test of proportional hazards.

Belongs here: R's cox.zph of survival 3.x for a fitted model. Does not belong here: fitting (cox.py).
Reference: Grambsch and Therneau, Biometrika 1994;81:515-526, in the score form of survival 3.x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import chi2, rankdata

from haicplatform.survival import kernel
from haicplatform.survival.curves import kaplan_meier
from haicplatform.survival.fit import Fit

Transform = Literal["km", "identity", "rank", "log"]
# a share of a column's own information: less of it is a rounding error
NOTHING = 1e-10


def zph_table(fit: Fit, transform: Transform) -> pl.DataFrame:
    """term, chisq, df, p for each term and GLOBAL; ValueError for an unknown transform.

    df counts the directions that can change over time. A level whose patients were all gone before time moved has
    none: R's solve() stops there or divides rounding errors, here it is left out, and a term of such levels alone has
    df 0 and no chisq and p.
    """
    scale_of = _transform(fit.time, fit.event, fit.entry, transform)
    weights = [scale_of(part.time) for part in fit.strata]
    plain = kernel.total(fit.strata, fit.beta, fit.ties)
    once = kernel.total(fit.strata, fit.beta, fit.ties, event_weights=weights)
    twice = kernel.total(fit.strata, fit.beta, fit.ties, event_weights=[w**2 for w in weights])
    variance = twice.information - once.information @ np.linalg.solve(plain.information, once.information)
    own = np.diag(twice.information)
    size = np.divide(1, np.sqrt(own), out=np.zeros_like(own), where=own > 0)
    owners = list(dict.fromkeys(fit.term_of))
    groups = [(owner, [j for j, name in enumerate(fit.term_of) if name == owner]) for owner in owners]
    rows = []
    for name, places in [*groups, ("GLOBAL", list(range(len(fit.beta))))]:
        slopes = once.score[places] * size[places]
        spread, directions = np.linalg.eigh(variance[np.ix_(places, places)] * np.outer(size[places], size[places]))
        kept = spread > NOTHING
        value, df = float(np.sum((slopes @ directions[:, kept]) ** 2 / spread[kept])), int(kept.sum())
        rows.append((name, value, df, float(chi2.sf(value, df))) if df else (name, None, 0, None))
    schema = {"term": pl.String, "chisq": pl.Float64, "df": pl.Int64, "p": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _transform(
    time: np.ndarray, event: np.ndarray, entry: np.ndarray | None, transform: Transform
) -> Callable[[np.ndarray], np.ndarray]:
    """The function of time that carries the alternative, centred over the events."""
    dead = time[event > 0]
    if transform == "km":
        table = kaplan_meier(time, event, entry=entry).table
        seen = table["time"].to_numpy()
        before = np.append(1.0, table["survival"].to_numpy()[:-1])
        values = 1 - before
        look = lambda t: values[np.searchsorted(seen, t)]  # noqa: E731
    elif transform == "identity":
        look = np.asarray
    elif transform == "log":
        look = lambda t: np.log(np.where(t > 0, t, np.nan))  # noqa: E731
    elif transform == "rank":
        ordered, ranks = np.sort(time), np.sort(rankdata(time))  # all times, censored ones too, as cox.zph
        look = lambda t: ranks[np.searchsorted(ordered, t)]  # noqa: E731
    else:
        raise ValueError("transform must be km, identity, rank or log")
    centre = float(np.mean(look(dead)))
    return lambda t: np.nan_to_num(look(t) - centre)
