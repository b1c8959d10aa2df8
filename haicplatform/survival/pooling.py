"""Two-stage pooling of one estimate a hospital.

Belongs here: fixed and random effects over (estimate, standard error) pairs. Does not belong here: fitting the
estimates. References: metafor rma (FE, DL, REML; test z, knha or adhoc); prediction interval as metafor gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm, t

from haicplatform.survival.arrays import numbers

PoolMethod = Literal["fixed", "dl", "reml"]
# a share of the ordinary variance below which there is only rounding
_NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate on the scale of the input. tau2, i2 (percent) are 0 for a fixed effect.

    `status`: `ok`; `narrowed`: Knapp and Hartung's interval is narrower than the ordinary one, most often because the
    estimates lie closer together than their standard errors explain; `no_spread`: they are equal, so that its standard
    error is 0 and there are neither interval nor p.
    """

    estimate: float
    std_err: float
    ci_low: float | None
    ci_high: float | None
    p: float | None
    tau2: float
    i2: float
    q: float
    q_p: float | None
    prediction_low: float | None
    prediction_high: float | None
    k: int
    status: str = "ok"


def pool(
    estimate: ArrayLike,
    std_err: ArrayLike,
    *,
    method: PoolMethod = "reml",
    hartung_knapp: bool | Literal["adhoc"] = True,
    conf_level: float = 0.95,
) -> Pooled:
    """Pool estimates by inverse variance; ValueError if there is none, or a standard error is not positive.

    With `hartung_knapp` the interval is Student's with k - 1 degrees of freedom and Knapp and Hartung's variance;
    it needs two estimates, one alone is given with its own normal interval. That variance is the ordinary one times
    q = sum w (y - mean)^2 / (k - 1), which may be anything down to 0. With "adhoc" q is at least 1 (Knapp and Hartung,
    Stat Med 2003;22:2693-2710; recommended for few hospitals by Roever, Knapp and Friede, BMC Med Res Methodol
    2015;15:99): metafor's test="adhoc", while True is its test="knha".
    """
    y = numbers(estimate, "estimate")
    v = numbers(std_err, "std_err", len(y)) ** 2
    k = len(y)
    if not k or (v <= 0).any():
        raise ValueError("pooling needs at least one estimate, each with a positive standard error")
    w = 1 / v
    centre = (w @ y) / w.sum()
    q = float(w @ (y - centre) ** 2)
    spread = w.sum() - (w**2).sum() / w.sum()
    dl = max(0.0, (q - (k - 1)) / spread) if k > 1 else 0.0
    typical = (k - 1) / spread if k > 1 else 0.0
    tau2 = {"fixed": 0.0, "dl": dl}.get(method)
    if tau2 is None:
        tau2 = _reml(y, v, dl) if k > 1 else 0.0
    w = 1 / (v + tau2)
    mean = float((w @ y) / w.sum())
    error = float(np.sqrt(1 / w.sum()))
    knapp = hartung_knapp and k > 1 and method != "fixed"
    status = "ok"
    if knapp:
        ratio = float((w @ (y - mean) ** 2) / (k - 1))
        if hartung_knapp == "adhoc":
            ratio = max(1.0, ratio)
        status = "no_spread" if ratio < _NO_SPREAD else "narrowed" if ratio < 1 - _NO_SPREAD else "ok"
        error *= float(np.sqrt(ratio))
    tail = 1 - (1 - conf_level) / 2
    critical = t.ppf(tail, k - 1) if knapp else norm.ppf(tail)
    is_known = status != "no_spread"
    score = abs(mean) / error if is_known else np.nan
    p = 2 * (t.sf(score, k - 1) if knapp else norm.sf(score))
    reach = critical * np.sqrt(tau2 + error**2) if method != "fixed" and is_known else None
    return Pooled(
        estimate=mean,
        std_err=error,
        ci_low=float(mean - critical * error) if is_known else None,
        ci_high=float(mean + critical * error) if is_known else None,
        p=float(p) if is_known else None,
        tau2=float(tau2),
        i2=float(100 * tau2 / (tau2 + typical)) if method != "fixed" and k > 1 else _i2_from_q(q, k),
        q=q,
        q_p=float(chi2.sf(q, k - 1)) if k > 1 else None,
        prediction_low=None if reach is None else float(mean - reach),
        prediction_high=None if reach is None else float(mean + reach),
        k=k,
        status=status,
    )


def _i2_from_q(q: float, k: int) -> float:
    return max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0


def _reml(y: np.ndarray, v: np.ndarray, start: float) -> float:
    """Fisher scoring with step halving; not below 0."""
    tau2 = start
    for _ in range(1000):
        w = 1 / (v + tau2)
        mean = (w @ y) / w.sum()
        projected = w * (y - mean)
        trace = w.sum() - (w**2).sum() / w.sum()
        trace2 = (w**2).sum() - 2 * (w**3).sum() / w.sum() + ((w**2).sum() / w.sum()) ** 2
        if not trace2 > 0:
            return float(tau2)  # all the weight is one estimate's: there is nothing to tell the variance between from
        step = (projected @ projected - trace) / trace2
        while tau2 + step < 0:
            if tau2 < 1e-12:
                return 0.0
            step /= 2
        tau2 += step
        if abs(step) < 1e-13:
            break
    return float(tau2)
