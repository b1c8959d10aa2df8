"""Whether a hazard ratio differs between the levels of something: the likelihood ratio test of an interaction.

Belongs here: the test on two nested Cox models. Does not belong here: hazard ratios within levels (cox on their rows),
which interactions a study asks for. Reference: R anova of two coxph fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import chi2

from haicplatform.survival.cox import cox
from haicplatform.survival.design import Frame, as_polars, design


@dataclass(frozen=True)
class Interaction:
    """chisq, df and p; None where there is nothing to test. `status` is the larger model's: with `separated: ...` (a
    level without events on one side) the likelihood still has its limit, and the test stands on it.
    """

    chisq: float | None
    df: int
    p: float | None
    status: str


def interaction(
    frame: Frame,
    time: str | ArrayLike,
    event: str | ArrayLike,
    exposure: str,
    by: str,
    *,
    terms: Sequence[str] = (),
    strata: str | None = None,
) -> Interaction:
    """Test exposure x `by` beside both main effects and `terms`.

    With `strata` equal to `by` (hospitals) each level has a baseline hazard of its own instead of a main effect.
    Combinations nobody has take no degree of freedom.
    """
    data = as_polars(frame)
    rest = [name for name in terms if name not in (exposure, by)]
    main = [exposure, *rest, *([] if strata == by else [by])]
    left, right = design(data, [exposure]), design(data, [by])
    if strata == by and data[by].dtype.is_numeric():
        right = design(data.with_columns(pl.col(by).cast(pl.String)), [by])
    products = {
        f"{a}:{b}": left.x[:, i] * right.x[:, j] for i, a in enumerate(left.names) for j, b in enumerate(right.names)
    }
    wide = data.with_columns(**{name: pl.Series(values) for name, values in products.items()})
    small = cox(wide, time, event, main, strata=strata)
    large = cox(wide, time, event, [*main, *products], strata=strata)
    if small.lr is None or large.lr is None or small.loglik is None or large.loglik is None:
        return Interaction(None, 0, None, large.status)
    df = large.lr.df - small.lr.df
    if df < 1:
        return Interaction(None, 0, None, "not_estimable: no combination to tell apart")
    chisq = max(0.0, 2 * (large.loglik - small.loglik))
    # products nobody's data can tell apart are no fault of the fit
    is_lost = large.status.startswith("not_estimable") and not large.status.endswith("did not converge")
    status = "converged" if is_lost else large.status
    return Interaction(chisq, df, float(chi2.sf(chisq, df)), status)
