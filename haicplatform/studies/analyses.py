"""What a study asks for beside its tables, curves and models: the entry `analyses:` of a study file.

Belongs here: which further analyses there are and what each may say. Does not belong here: the analyses themselves
(haicplatform.estimation), what holds between them and the rest of the study (consistency.py).

    analyses:
      subgroups: [sex, {age: {cut: 65}}]          # the exposure's hazard ratio in each level, and its interaction
      leave_one_out: true                         # everything about the exposure again without each hospital
      interaction_site: true                      # does the exposure's effect differ between hospitals
      rmst_months: [12]                           # restricted mean survival times up to these months, and differences
      competing: {TTP: [death]}                   # what competes with an endpoint: cumulative incidences
      propensity:                                 # one entry a method
        - {method: matching, covariates: [age, ecog], ratio: 1, caliper_sd: 0.2, exact: [site]}
        - {method: weighting, covariates: [age, ecog], estimand: ATE}
      complete_case: true                         # the multivariable model with covariates that have missing values
      multiple_imputation: {n: 20, seed: 1, max_missing_percent: 40}
      adverse_events: true
      dose_intensity: true
      post_progression: true
      reader_agreement: true
      tumour_change: true                         # waterfall, spider and swimmer plots: a row a patient, by rank
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from haicplatform.studies.study_model import Coding, EventSource, Names, Part

Months = Annotated[float, Field(gt=0)]
Estimand = Literal["ATE", "ATT", "ATO"]


class Propensity(Part):
    """Groups made alike by the propensity score: a logistic model of the group on these variables.

    The treated are the group that is not the reference. matching: one untreated to one treated (ratio 1), nearest
    first, without replacement, the logit at most `caliper_sd` standard deviations apart, `exact` variables equal; its
    estimand is ATT. weighting: by the inverse of the score for ATE, to the treated for ATT, by overlap for ATO.
    Patients with a missing value of a covariate are in neither.
    """

    method: Literal["matching", "weighting"]
    covariates: Annotated[Names, Field(min_length=1)]
    estimand: Estimand | None = None
    ratio: Annotated[int, Field(ge=1, le=1)] | None = None
    caliper_sd: Annotated[float, Field(gt=0)] | None = None
    exact: tuple[Literal["site"], ...] = ()

    @model_validator(mode="after")
    def _fits_its_method(self) -> Self:
        if self.method == "weighting":
            if self.estimand is None:
                raise ValueError("weighting needs an estimand: ATE, ATT or ATO")
            if self.ratio is not None or self.caliper_sd is not None or self.exact:
                raise ValueError("ratio, caliper_sd and exact belong to matching")
        elif self.ratio is None or self.caliper_sd is None:
            raise ValueError("matching needs ratio and caliper_sd")
        elif self.estimand not in (None, "ATT"):
            raise ValueError("the estimand of matching is ATT")
        return self


class Imputation(Part):
    """Missing values of covariates imputed `n` times by chained equations; `seed` makes it repeatable.

    A covariate of which more than `max_missing_percent` is missing is left out and listed; without it the number of
    haicplatform/estimation/limits.yaml holds.
    """

    n: Annotated[int, Field(ge=2)]
    seed: Annotated[int, Field(ge=0)]
    max_missing_percent: Annotated[float, Field(ge=0, lt=100)] | None = None


class Analyses(Part):
    """The entry `analyses:`; nothing that is not named is done."""

    subgroups: tuple[str | dict[str, Coding], ...] = ()
    leave_one_out: bool = False
    interaction_site: bool = False
    rmst_months: tuple[Months, ...] = ()
    competing: dict[str, Annotated[tuple[EventSource, ...], Field(min_length=1)]] = {}
    propensity: tuple[Propensity, ...] = ()
    complete_case: bool = False
    multiple_imputation: Imputation | None = None
    adverse_events: bool = False
    dose_intensity: bool = False
    post_progression: bool = False
    reader_agreement: bool = False
    tumour_change: bool = False

    @model_validator(mode="after")
    def _each_method_once(self) -> Self:
        methods = [entry.method for entry in self.propensity]
        if len(set(methods)) < len(methods):
            raise ValueError("propensity names a method twice")
        return self

    @property
    def subgroup_codings(self) -> list[tuple[str, Coding | None]]:
        """(variable, its own coding or None where the study's covariate is meant) of each subgroup entry."""
        return [
            pair
            for entry in self.subgroups
            for pair in ([(entry, None)] if isinstance(entry, str) else list(entry.items()))
        ]
