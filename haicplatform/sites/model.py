"""The parts of a site file as strict models: what a hospital may say about its files, each entry described.

Belongs here: fields, their types and descriptions, and what one entry alone can be checked for.
Does not belong here: the whole site and its loader (site.py), names checked against the extract contract
(terms.py) and comparison with delivered files (check.py).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

DIRECTIVES = {"%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{2})", "%d": r"(?P<d>\d{2})"}
DIRECTIVES |= {"%H": r"(?P<H>\d{2})", "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2})"}
SERIALS = ("excel1900", "excel1904")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _one_group(text: str) -> str:
    if re.compile(_regex(text)).groups != 1:
        raise ValueError("needs exactly one group (…) around what is to be kept")
    return text


def _date_form(text: str) -> str:
    if text in SERIALS:
        return text
    if "%y" in text:
        raise ValueError("two-digit years are refused, not guessed: ask for four digits")
    if "%Y" not in text:
        raise ValueError(f"needs %Y, %m and %d, or one of {', '.join(SERIALS)}")
    return text


def _cron(text: str) -> str:
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    parts = text.split()
    if len(parts) != len(bounds):
        raise ValueError('needs five parts: minute hour day month weekday, such as "30 2 * * *"')
    for part, (low, high) in zip(parts, bounds, strict=True):
        for item in part.split(","):
            match = re.fullmatch(r"(\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", item)
            if not match or any(not low <= int(n) <= high for n in match.group(2, 3) if n):
                raise ValueError(f"`{part}` is no cron part between {low} and {high}")
    return text


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Regex = Annotated[str, BeforeValidator(_regex)]
Pick = Annotated[str, BeforeValidator(_one_group)]
DateForms = Annotated[tuple[Annotated[str, BeforeValidator(_date_form)], ...], BeforeValidator(_listed)]
Cron = Annotated[str, BeforeValidator(_cron)]
HeaderRows = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_listed)]
Codes = dict[str, dict[str, str | None]]


class Strict(BaseModel):
    """Unknown keys are mistakes; nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Hospital(Strict):
    name_en: str
    name_ko: str


class ExtractedAt(Strict):
    """When the hospital made the extract: deliveries are ordered by it."""

    from_: Literal["file_name", "value", "arrival"] = Field("arrival", alias="from")
    pattern: str | None = Field(
        None,
        description="from: file_name. A regular expression in which %Y %m %d %H %M %S stand for digits",
    )
    value: datetime | date | None = Field(None, description="from: value. One fixed time for every delivery")

    @model_validator(mode="after")
    def _complete(self) -> ExtractedAt:
        if self.from_ == "file_name":
            if not self.pattern or not all(each in self.pattern for each in ("%Y", "%m", "%d")):
                raise ValueError("from: file_name needs a pattern with %Y, %m and %d")
            _regex(self.regex)
        if self.from_ == "value" and self.value is None:
            raise ValueError("from: value needs a value, such as 2024-08-15")
        return self

    @property
    def regex(self) -> str:
        """The pattern with its directives as named groups."""
        text = self.pattern or ""
        for directive, group in DIRECTIVES.items():
            text = text.replace(directive, group, 1)
        return text

    def of(self, file_name: str) -> datetime | None:
        """The time that `file_name` or the fixed value says; None where only the arrival can tell."""
        if (value := self.value) is not None and self.from_ == "value":
            return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        found = re.search(self.regex, file_name) if self.from_ == "file_name" else None
        if not found:
            return None
        parts = {"H": "0", "M": "0", "S": "0"} | {k: v for k, v in found.groupdict().items() if v}
        try:
            year, month, day, *clock = (int(parts[each]) for each in "YmdHMS")
            return datetime(year, month, day, clock[0], clock[1], clock[2])
        except ValueError:
            return None


class Expect(Strict):
    """What a whole-batch rule asks for at this hospital; what is not said is as schemas/expectations.yaml has it."""

    limit: Decimal | None = Field(None, ge=0, description="the most that passes, in the rule's unit")
    least: int | None = Field(None, ge=1, description="rows needed to say anything")
    refuse: bool = Field(False, description="a failure refuses the whole delivery instead of being a warning")
    skip: str | None = Field(None, min_length=1, description="why the rule does not fit here; it is shown as not run")


class Gates(Strict):
    """When a whole delivery is refused and the one before stays in force."""

    max_quarantined_percent: Decimal = Field(Decimal(5), ge=0, le=100, description="rows quarantined, a table")
    min_volume_percent: Decimal = Field(Decimal(50), ge=0, description="of the last accepted full delivery")
    never: Texts = Field((), description="rule ids of which not one finding is accepted")
    expect: dict[str, Expect] = Field({}, description="whole-batch rule -> its threshold at this hospital")
    reference_rows: dict[str, int] = Field({}, description="table -> rows that the hospital says it has at least")


class Reading(Strict):
    """How files are read and cells understood; under `defaults:` for every table, in a table for it alone."""

    encoding: str | None = Field(None, description="empty: found out (UTF-8, UTF-16, CP949)")
    delimiter: str | None = Field(None, description="one character; empty: found out")
    header_rows: HeaderRows | None = Field(None, description="rows of the header as a person counts; [2, 3] joins two")
    skip_rows: Regex | None = Field(None, description="a row whose first cell matches is a totals row, skipped")
    date_system: Literal[1900, 1904] | None = Field(None, description="where a workbook declares the wrong one")
    decimal: Literal[".", ","] | None = Field(None, description="the decimal sign; the other one groups thousands")
    flags: dict[str, Literal["Y", "N"] | None] = Field({}, description="spellings of yes and no in flag columns")

    @field_validator("date_system", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdigit() else value

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and len(value) != 1:
            raise ValueError('is one character (a tab is written "\\t")')
        return value

    @field_validator("encoding")
    @classmethod
    def _codec(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
        except LookupError:
            raise ValueError("is no encoding; usual are utf-8, utf-8-sig, cp949, utf-16") from None
        return value


class Defaults(Reading):
    """What holds for every table that does not say otherwise."""

    columns: dict[str, Texts] = Field(
        {}, description="header -> contract column in every table that has it and feeds it from nothing else"
    )
    nulls: Texts = Field((), description="spellings of an empty cell, beside the empty cell itself")
    dates: DateForms = Field((), description="strptime forms besides the built-in unambiguous ones")


class Branch(Strict):
    """One way in which a source row makes a contract row; `{name}` in texts is filled from `for` and `each`."""

    for_: dict[str, Texts] = Field({}, alias="for", description="every combination of these values")
    each: tuple[dict[str, str], ...] = Field((), description="these sets of values side by side")
    columns: dict[str, Texts] = Field({}, description="header -> contract columns, besides the table's own")
    constants: dict[str, str] = Field({}, description="contract column -> value")
    codes: Codes = Field({}, description="as in the table, for this branch alone")
    units: dict[str, str] = Field({}, description="as in the table, for this branch alone")
    where: dict[str, Texts] = Field({}, description="only rows whose cell is one of these")
    where_not: dict[str, Texts] = Field({}, description="only rows whose cell is none of these")
    keep_when: Texts | None = Field(
        None, description="the row exists if one of these cells is not empty; default: any of this branch's columns"
    )


class Source(Reading):
    """One entry of `tables:`: which files feed a contract table, and how."""

    file: Texts = Field((), description="globs over the delivery's file names (or their last part)")
    sheet: str | None = Field(None, description="glob over worksheet names; empty: every visible one")
    name: str = Field("source", pattern=r"^[a-z_]\w*$", description="the raw relation's name in <table>.sql")
    columns: dict[str, Texts] = Field({}, description="the hospital's header -> contract column, or a list of them")
    ignore: Texts = Field((), description="headers that this table leaves out on purpose")
    optional: Texts = Field((), description="headers that a file may lack")
    unavailable: dict[str, str] = Field({}, description="contract column -> why the hospital cannot give it")
    constants: dict[str, str] = Field({}, description="contract column -> value of every row")
    codes: Codes = Field({}, description='contract column -> {hospital\'s value: term}; "*" any other; null: missing')
    extract: dict[str, Pick] = Field({}, description="contract column -> regex whose one group is kept, before codes")
    units: dict[str, str] = Field({}, description="contract column or lab test -> unit where the file says none")
    nulls: dict[str, Texts] = Field({}, description="header or contract column -> spellings, instead of the default")
    dates: dict[str, DateForms] = Field({}, description="header or contract column -> strptime forms, or excel1900")
    as_day: Texts = Field((), description="text columns fed by a date: written YYYY-MM-DD (an exam number)")
    changed_at: str | None = Field(None, description="header of the row's last change: of two, the later counts")
    where: dict[str, Texts] = Field({}, description="header -> keep only rows whose cell is one of these")
    where_not: dict[str, Texts] = Field({}, description="header -> leave out rows whose cell is one of these")
    keep_when: Texts | None = Field(None, description="the row exists only if one of these cells is not empty")
    rows: tuple[Branch, ...] = Field((), description="wide to long: each entry makes rows; none: one row a row")
