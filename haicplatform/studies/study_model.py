"""The parts of a study file: index event, groups, exclusions, endpoints, codings, sensitivity analyses.

Belongs here: what each part may say, and what contradicts itself inside one part. Does not belong here: what
holds between parts (study.py), how SQL gets them (parameters.py), any clinical number.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from haicplatform.studies.variables import Variable, make_variable
from schemas.codes import CRITERION, REGIMEN, STOP_REASON

Text = Annotated[str, Field(min_length=1)]
Days = Annotated[int, Field(ge=0)]
Names = tuple[Text, ...]
if TYPE_CHECKING:
    Regimen: TypeAlias = str
    StopReason: TypeAlias = str
    Criterion: TypeAlias = str
else:  # the contract's lists are values, which a type checker cannot read: pydantic holds files against them
    Regimen, StopReason, Criterion = Literal[REGIMEN], Literal[STOP_REASON], Literal[CRITERION]
Regimens = tuple[Regimen, ...]
# A condition is asked for or left out; its opposite has its own name.
Asked = Annotated[Literal[True], BeforeValidator(lambda value: True if value == "true" else value)]

EventSource = Literal["death", "progression", "clinical_progression", "new_therapy", "response", "confirmed_response"]
CensorSource = Literal["last_contact", "last_adequate_assessment"]
StartSource = Literal["index", "response", "confirmed_response"]
ReaderRule = Literal["R1", "R2", "ADJ", "LOCAL", "adjudicator_else_R1", "earlier_pd", "later_pd"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _always(value: Any) -> bool:
    if value not in (True, "true"):
        raise ValueError(
            "a progression always counts only after the start of its course, because an exam on that day is the "
            "course's baseline; write true"
        )
    return True


class Index(Part):
    """The event that starts a person's time: the first (or last) start of a course of one of these regimens."""

    event: Literal["course_start"]
    regimen: Regimens | Regimen
    which: Literal["first", "last"]

    @property
    def regimens(self) -> tuple[str, ...]:
        return (self.regimen,) if isinstance(self.regimen, str) else self.regimen


class ProgressionWindow(Part):
    """A progression on an earlier systemic course: after its start, until some days after its last dose.

    after_start is always true: an exam on the day of the start is the course's baseline (clinical-definitions 1.2a, 7).
    """

    after_start: Annotated[Literal[True], BeforeValidator(_always)]
    until_days_after_last_dose: Days
    or_stop_reason: tuple[StopReason, ...] = ()


class Condition(Part):
    """What must hold for a person at the index date; every key given must hold.

    prior_systemic: the regimens started before the index are exactly these. prior_systemic_other_than: some
    regimen started before it is none of these. overlap: `none`, or one of these regimens, begun on or before the
    index, has a dose on or after it. baseline: the value before the index is one of these levels, written as those
    of a covariate; the level `missing` is a value that is not known.
    """

    no_index: Asked | None = None
    index_after_cutoff: Asked | None = None
    death_unresolved: Asked | None = None
    open_error: Asked | None = None
    index_regimen: Regimens | None = None
    prior_systemic: Regimens | None = None
    prior_systemic_any: Regimens | None = None
    prior_systemic_other_than: Regimens | None = None
    overlap: Literal["none"] | Regimens | None = None
    progression_on_prior: ProgressionWindow | None = None
    no_progression_on_prior: ProgressionWindow | None = None
    baseline: dict[str, Annotated[Names, Field(min_length=1)]] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.progression_on_prior and self.no_progression_on_prior:
            raise ValueError("a condition cannot ask for a progression and for none")
        given = self.model_fields_set - {"label", "label_ko", "reason"}
        if not any(getattr(self, name) is not None for name in given):
            raise ValueError("this condition says nothing")
        return self


class Group(Condition):
    """One exposure group; a person belongs to the first whose condition holds."""

    label: Text
    label_ko: Text | None = None


class Exclusion(Part):
    """Why a person leaves; the first that holds, in the order of the file, is the reason."""

    reason: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    label: Text | None = None
    label_ko: Text | None = None
    when: Condition


class Endpoint(Part):
    """A time to the first of some events, else to a censoring date.

    censor_before: an event after the first of these does not count, the person is censored at the last adequate
    assessment on or before it. curve: the name of the axis of its Kaplan-Meier curve, where what the platform calls it
    (by start and events: "Free of progression, %") does not fit. missed_gap_days: an event more than these
    days after the last adequate assessment (or the start) does not count either. among: only persons who have this.
    """

    label: Text
    label_ko: Text | None = None
    curve: Text | None = None
    curve_ko: Text | None = None
    start: StartSource
    events: Annotated[tuple[EventSource, ...], Field(min_length=1)]
    censor: Annotated[tuple[CensorSource, ...], Field(min_length=1)]
    censor_before: tuple[EventSource, ...] = ()
    missed_gap_days: Days | None = None
    among: Literal["response", "confirmed_response"] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = set(self.events) & set(self.censor_before)
        if both or self.start in self.events:
            raise ValueError(f"{', '.join(sorted(both)) or self.start} cannot start or censor an event and be one")
        return self


class Thresholds(Part):
    """Thresholds of a definition; one that is left out stays as it is.

    pr_pct, pd_pct in %, pd_abs_mm in mm, of the sum of viable diameters; *_inclusive: the threshold itself counts.
    """

    pr_pct: Annotated[Decimal, Field(gt=0, lt=100, max_digits=5, decimal_places=2)] | None = None
    pr_inclusive: bool | None = None
    pd_pct: Annotated[Decimal, Field(gt=0, max_digits=5, decimal_places=2)] | None = None
    pd_inclusive: bool | None = None
    pd_abs_mm: Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=2)] | None = None
    backdate: bool | None = None
    confirm_days: Days | None = None
    sd_min_days: Days | None = None
    max_ne: Days | None = None
    accept_sd_between: bool | None = None

    @property
    def said(self) -> dict[str, Any]:
        """Those that are given, by name."""
        known = (*Thresholds.model_fields, "baseline_window_days", "baseline_fallback_days")
        return {name: value for name in known if (value := getattr(self, name, None)) is not None}

    @property
    def of_lesions(self) -> list[str]:
        """Names of those given that decide the response on a scan, not what a response is worth."""
        of_responses = ("confirm_days", "sd_min_days", "max_ne", "accept_sd_between")
        return [name for name in self.said if name not in of_responses]


class OwnDefinition(Thresholds):
    """A definition of the study's own: like another one, with these thresholds instead."""

    like: Text
    baseline_window_days: Days | None = None
    baseline_fallback_days: Days | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.said:
            raise ValueError("this definition changes no threshold; use the one it is like")
        return self


class Response(Thresholds):
    """Which best responses are made; thresholds given here override the definition's for this study alone.

    source: responses derived from the lesions, recorded by the hospitals under the first of `criteria` that a reader
    used, or derived where a hospital delivered a patient's lesions for the course and recorded where it did not.
    """

    best: Annotated[tuple[Literal["unconfirmed", "confirmed"], ...], Field(min_length=1)]
    source: Literal["derived", "recorded", "derived_else_recorded"] = "derived"
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)] = (CRITERION[0],)
    stop_at_new_therapy: bool = False
    disease_control_with_non_cr_non_pd: bool = False

    @model_validator(mode="after")
    def _thresholds_have_a_use(self) -> Self:
        if self.source == "recorded" and self.of_lesions:
            raise ValueError(f"{', '.join(self.of_lesions)} cannot change a response that is taken as recorded")
        if len(set(self.criteria)) < len(self.criteria):
            raise ValueError("criteria names one of them twice")
        return self


class Coding(Part):
    """How a variable becomes levels. `cut` (or `cut_mm`) c is short for the levels <=c and >c."""

    levels: Names | None = None
    cut: float | None = None
    cut_mm: float | None = None
    reference: Text | None = None
    label: Text | None = None
    label_ko: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(part is not None for part in (self.levels, self.cut, self.cut_mm)) > 1:
            raise ValueError("give levels or one cut, not both: they can contradict each other")
        if self.reference is not None and self.all_levels and self.reference not in self.all_levels:
            raise ValueError(f"the reference {self.reference!r} is none of the levels {', '.join(self.all_levels)}")
        return self

    @property
    def all_levels(self) -> tuple[str, ...]:
        cut = self.cut if self.cut is not None else self.cut_mm
        return self.levels or (() if cut is None else (f"<={cut:g}", f">{cut:g}"))

    def variable(self, name: str) -> Variable:
        return make_variable(name, self.all_levels, self.reference, self.label)


class Windows(Part):
    """Days before the index date within which a baseline value counts."""

    labs_days: Days
    baseline_days: Days


class Release(Part):
    """What may leave the platform: a count of a hospital below min_count is masked."""

    min_count: Days


class Sensitivity(Part):
    """One analysis more, with these parts of the study replaced; endpoints are replaced one by one."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text | None = None
    label_ko: Text | None = None
    definition: Text | None = None
    reader: ReaderRule | None = None
    response: Response | None = None
    endpoints: dict[str, Endpoint] | None = None
    groups: dict[str, Group] | None = None
    exclude: tuple[Exclusion, ...] | None = None
    unresolved_deaths: Literal["exclude", "earliest", "latest"] | None = None
    bclc: Literal["recorded", "derived"] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set - {"name", "label", "label_ko"} or self.name == "main":
            raise ValueError("a sensitivity analysis has its own name and changes something")
        return self
