"""Rows of analysis.estimate: their columns, their identity, and the words of their keys.

Belongs here: the columns, the key, its hash, the order of rows, the vocabulary. Does not belong here: any
statistic.

The key is (study_id, snapshot_id, analysis, variant, population, endpoint, grp, term, statistic, at). What does
not apply is empty; `at` is in months, missing where it does not apply. There is only what a study asks for.

variant     main; or a sensitivity analysis of the study (of it flow, definition_change, response, km, logrank,
            cox_*; pooled only, the first two also by hospital)
population  pooled; site:<SITE> (hospital of the index course); leave_out:<SITE> (everyone else);
            matched, weighted (the sets that the propensity score makes)
grp         G: an exposure group; A: all; `-`: empty, between the groups; by_hospital: the hospital
term        V: a variable, V=L: one of its levels; X: group=<exposure group>; model: the whole model
statistic   (ci): with an interval in ci_low, ci_high; (at): at a time

analysis | grp | term | statistics
flow | A - G | assessed, excluded, excluded=<REASON>, included (A, G) | n
quality | - | <status>, <severity>, <severity>=<rule> | deliveries, findings, findings_by_rule
response_agreement | - | <reader>:<criterion> | n_both, n_mismatch, n_pd_mismatch, n_recorded_only, mismatch_pct
definition_change | - | response, progression, best_response, confirmed_best_response, stage, group, <endpoint> |
    changed: patients whose result in a sensitivity analysis is another than in main; by hospital where there are any
reader_agreement | - | <reader>:<reader> | n, agreement_pct, kappa (ci), of the responses by exam (endpoint OVR)
baseline | G A | patients, V, V=L | n, pct, missing, mean, sd, min, q1, median, q3, max; | - | V | p, smd
response (endpoint BOR, CBOR) | G A | CR .. NE, MISSING, ORR, DCR, patients | n, pct (ci); | - | ORR, DCR | p
km | G A | | n, events, median (ci), rate (ci, at), survival (ci, at), n_risk, n_event, n_censor,
    at_risk, events_before, censored_before (at: before that month; the three add up to n)
km | - | | missing
fixed_time | - | | chisq, p (at)
rmst | G | | rmst (ci, at); | - | | difference (ci), difference_p, ratio (ci), ratio_p,
    ratio_lost (ci), ratio_lost_p (at)
follow_up | G A | | median_reverse_km (ci), median_observed; | - | | p (log-rank of the reversed times)
logrank, logrank_stratified | - | | chisq, df, p; | G | | observed, expected
cox_univariable | - | V, V=L | hr (ci), coef, se, p, n, events, reference; V: p_overall
cox_multivariable | - | V, V=L | the same; V: included (1 or 0; the note says why); model: n, events, converged,
    lr_chisq, lr_p, wald_chisq, wald_p, score_chisq, score_p, concordance, events_per_coefficient
cox_univariable_stratified, cox_multivariable_stratified | - | the same, a baseline hazard a hospital
cox_multivariable_site, cox_multivariable_cluster | - | X and model | the same terms with hospital as a covariate;
    with a variance robust to the correlation within a hospital
cox_univariable_firth, cox_multivariable_firth | - | V, V=L | hr (ci), coef, se, p: again by Firth's penalised
    likelihood where the ordinary model is separated; its rows have the status `penalised`
cox_complete_case | - | V, V=L, model | every screened covariate, patients with all values; model: missing
cox_multiple_imputation | - | V, V=L, model | the same covariates, imputed; model: imputations; V: missing; V=L: fmi
proportional_hazards | - | V, GLOBAL | chisq, df, p of the multivariable model
proportional_hazards_univariable | - | group | the same of the exposure alone
by_hospital | <SITE> | X | n, events, hr (ci), weight (% of the pooled estimate)
pooled | - | X | hr (ci), p, prediction (ci), k, tau2, i2, q, q_p by REML with Hartung and Knapp
pooled_fixed, pooled_dl | - | X | hr (ci), p
pooled_adhoc | - | X | hr (ci), p, prediction (ci) where the status of pooled is narrowed or no_spread
interaction | - | site, V | chisq, df, p: likelihood ratio of exposure x term
subgroup | - | V=L | hr (ci), p, n, events (unadjusted); | G | V=L | n, events
  population leave_out:<SITE>: cox_univariable (X, model), cox_multivariable (X, model; the main model's terms),
  logrank p, pooled
  population matched: baseline, response, km, fixed_time, rmst, logrank, cox_univariable (X, model; variance robust
  to pairs), propensity
  population weighted: km (no interval: median, rate, survival, at_risk), cox_univariable (X, model; robust), propensity
propensity | A G | patients | n_before, n, n_unmatched; matched: pairs; weighted: ess (effective sample size)
propensity | G | V, V=L | before, after (a mean, or a share in %); | - | V, V=L, distance | smd_before, smd_after
propensity | - | model | caliper (of the logit), concordance, n_complete, missing
cuminc | G A | patients | n; | event, competing | events, rate (ci, at), cif (ci, at: the curve)
gray | - | event, competing | chisq, df, p
fine_gray | - | X | shr (ci), coef, se, p; model: n, events
waterfall | G | <rank> | best_change (%, note: the best response); | G A | patients | n, n_not_measured
spider | G | <rank> | change (%, at; 0 at the start); the ranks of the waterfall
swimmer | G | <rank> | duration (months, note: the best response), and a mark each, its value where it is in months:
    treatment_end, first_response, progression, new_therapy, death, ongoing
adverse_events | G A | patients, any, <CTCAE term> | n, pct (any grade); n_grade_1 .. n_grade_5 (the worst of a
    patient), n_severe, pct_severe (grade 3 or more), n_ungraded, n_related
lab_toxicity | G A | the same, graded from laboratory values
dose | G A | cycles, rdi=<drug> | n, mean, sd, min, q1, median, q3, max (cycles; % of the plan)
dose | G A | cycles=<k>, interrupted, off_plan, interval_off | n, pct (patients with doses)
post_progression | G A | progressed, any, none, <REGIMEN> | n, pct: the first therapy begun on or after progression

Ranks are numbers with leading zeros (001 has the largest growth, or the longest time); no row names a patient.

`status` is `ok` or one of STATUSES with what it is about after `: `. A row without a value always has another
than `ok`; a row with a value and a status is to be read with it: beyond_last, few_events_per_coefficient,
non_proportional, unbalanced, wide, fine_unit, narrowed, no_spread, penalised, without, too_missing, separated
(of the others in a model where one term is), complete, and of a covariate that did not enter missing_values and
above_screen.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace

import polars as pl

from haicplatform.estimation.ratios import of_ratio

OK = "ok"
# statistics that are ratios of hazards with an interval
RATIOS = ("hr", "shr")
# best responses, and which of them are an objective response and disease control
CATEGORIES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
OBJECTIVE = ("CR", "PR")
CONTROL = ("CR", "PR", "SD")
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
    "unit": "No hazard ratio of one unit of {detail} can be written (beyond 100,000,000): use another unit of it.",
    "wide": "The interval runs from below 0.01 to above 1,000: the data say next to nothing about this ratio.",
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
SCHEMA: dict[str, pl.DataType] = {
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
        return replace(self, **context)

    def add(
        self,
        statistic: str,
        value: float | None,
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
        if status == OK and _finite(value) is None:
            status = "not_computed: no finite number"
        if status == OK and statistic in RATIOS:
            status = of_ratio(value, _finite(ci[0]), _finite(ci[1]), term) or OK
        self._parts.append(
            {
                **self._context(),
                "term": term,
                "statistic": statistic,
                "at": None if at is None else float(at),
                "value": _finite(value),
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


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
