"""The rule catalogue: every rule of the platform with its severity, category, effect and words.

Belongs here: the rules of one column, made from the models; the assembly with the named ones; the words of
effects. Does not belong here: carrying them out (haicplatform/ingest/validation, sql/checks).
Severity and effect here are those of the worst case: a value that is not required in its row is emptied
with a warning where the same fault of a required one quarantines the row with an error.
Templates know {column} (the hospital's own header), {value} and {expected}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.contract import TABLES, Column, Table
from schemas.lab_tests import LAB_TESTS
from schemas.named_rules import DELIVERY_TODO, NAMED_RULES
from schemas.row_rules import ROW_RULES
from schemas.units import accepted_units


@dataclass(frozen=True)
class Rule:
    """One rule. `variants`: other words (English, Korean) for one effect or one severity of the rule."""

    id: str
    table: str
    column: str | None
    severity: str
    category: str
    effect: str
    message_en: str
    message_ko: str
    expected: str | None = None
    todo_en: str = "Please check the record and correct it in the next extract."
    todo_ko: str = "기록을 확인하고 다음 추출에서 고쳐 주십시오."
    variants: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    settled: tuple[str, ...] = ("info",)
    """Severities with which nothing is left to do."""

    def words(self, severity: str, effect: str) -> tuple[str, str]:
        """The templates (English, Korean) for a finding of this severity and effect."""
        plain = (self.message_en, self.message_ko)
        return self.variants.get(effect) or self.variants.get(severity) or plain


EFFECT_EN = {
    "quarantine": "The row was set aside and is not used.",
    "empty": "The cell was left empty; the rest of the row is used.",
    "keep": "The row is used as it is.",
}
EFFECT_KO = {
    "quarantine": "이 행은 보류되어 쓰이지 않습니다.",
    "empty": "이 칸만 비우고 나머지는 사용합니다.",
    "keep": "이 행은 그대로 사용합니다.",
}

_KIND_EN = {"integer": "a whole number", "decimal": "a number"}
_KIND_KO = {"integer": "정수", "decimal": "숫자"}
_AS_KO = {"정수": "로", "숫자": "로", "값": "으로"}
_DAY = "YYYY-MM-DD (2023-03-07)"
_DATE_FORMS = {"date": _DAY, "datetime": f"{_DAY}, YYYY-MM-DD HH:MM", "partial_date": f"{_DAY}, YYYY-MM, YYYY"}


def band_text(band: tuple, unit: str | None = None) -> str:
    """An inclusive band as a person reads it: `0.8-7 g/dL`, `at least 0.01 mg` as `>= 0.01 mg`."""
    low, high = band
    text = f">= {low}" if high is None else f"<= {high}" if low is None else f"{low}-{high}"
    return f"{text} {unit}" if unit else text


def _column_rules(table: Table, column: Column) -> list[Rule]:
    rules = [_type(column), _missing(column)]
    if column.kind in _DATE_FORMS:
        rules += [_date(column), _precision(column)]
    if column.codes:
        rules.append(_code(column))
    if column.hard or column.soft or (table.name, column.name) == ("lab", "value_raw"):
        rules.append(_range(column))
    if column.unit or (table.name, column.name) in (("lab", "unit"), ("lab", "value_raw")):
        rules.append(_unit(column))
    prefix = f"{table.name}.{column.name}"
    return [
        replace(rule, id=f"{prefix}.{rule.id}", table=table.name, column=column.name)
        for rule in rules
        if rule is not None
    ]


def _rule(column: Column, kind: str, category: str, en: str, ko: str, **more: Any) -> Rule:
    must = column.value_required_when not in ("", "derived")
    severity, effect = ("error", "quarantine") if must else ("warning", "empty")
    return Rule(kind, "", column.name, severity, category, effect, en, ko, **more)


# A rule keeps its key and effect on one line, its words on the next.
# fmt: off
def _missing(column: Column) -> Rule | None:
    if column.empty_means:
        rule = _rule(
            column, "missing", "completeness",
            f"Column {{column}} is empty. It counts as {column.empty_means}.",
            f"{{column}} 열이 비어 있습니다. {column.empty_means}(으)로 봅니다.",
        )
        return replace(rule, severity="info", effect="keep")
    when = column.value_required_when
    if when in ("", "derived"):
        return None
    is_always = when == "always"
    condition_en, condition_ko = ("", "") if is_always else (f" when {when}", f"{column.value_required_when_ko} ")
    return _rule(
        column, "missing", "completeness",
        f"Column {{column}} has no value, but one is required{condition_en}.",
        f"{{column}} 열에 값이 없습니다. {condition_ko}꼭 필요한 항목입니다.",
        todo_en="Please fill it in and send it with the next extract.",
        todo_ko="값을 채워 다음 추출에 보내 주십시오.",
    )


def _type(column: Column) -> Rule:
    kind_en, kind_ko = _KIND_EN.get(column.kind, "a value"), _KIND_KO.get(column.kind, "값")
    if column.name == "value_raw":
        kind_en, kind_ko = _KIND_EN["decimal"], _KIND_KO["decimal"]
    return _rule(
        column, "type", "conformance",
        f"{{value}} in column {{column}} cannot be read as {kind_en}.",
        f"{{column}} 열의 값 {{value}}을(를) {kind_ko}{_AS_KO[kind_ko]} 읽을 수 없습니다.",
    )


def _date(column: Column) -> Rule:
    return _rule(
        column, "date", "conformance",
        "{value} in column {column} is not a date that can be read for certain. Expected: {expected}.",
        "{column} 열의 값 {value}은(는) 확실히 읽을 수 있는 날짜가 아닙니다. 형식: {expected}.",
        expected=_DATE_FORMS[column.kind],
    )


def _precision(column: Column) -> Rule:
    return _rule(
        column, "precision", "conformance",
        "The date {value} in column {column} is not exact enough. Expected: {expected}.",
        "{column} 열의 날짜 {value}이(가) 충분히 자세하지 않습니다. 형식: {expected}.",
        expected=_DAY,
    )


def _code(column: Column) -> Rule:
    return _rule(
        column, "code", "conformance",
        "{value} in column {column} is not a known code. Expected one of: {expected}.",
        "{column} 열의 값 {value}은(는) 정해진 코드가 아닙니다. 가능한 값: {expected}.",
        expected=", ".join(column.codes),
        todo_en="Please correct it, or tell the coordinating centre what the code means.",
        todo_ko="고쳐 주시거나 코드의 뜻을 총괄센터에 알려 주십시오.",
    )


def _range(column: Column) -> Rule:
    hint_en, hint_ko, band = "", "", column.hard or column.soft
    if column.unit == "cm":
        hint_en, hint_ko = " (a value below 3 looks like metres)", " (3보다 작으면 m 단위로 보입니다)"
    return _rule(
        column, "range", "plausibility",
        f"{{value}} in column {{column}} cannot be right: it lies outside {{expected}}{hint_en}.",
        f"{{column}} 열의 값 {{value}}은(는) 가능한 범위({{expected}})를 벗어납니다{hint_ko}.",
        # a year is a number of its own, without a unit
        expected=band_text(band, None if column.unit == "year" else column.unit) if band else None,
        todo_en="Please check the value and its unit and correct it in the next extract.",
        todo_ko="값과 단위를 확인하고 다음 추출에서 고쳐 주십시오.",
        variants={
            "keep": (
                "{value} in column {column} is unusual: it lies outside {expected}.",
                "{column} 열의 값 {value}은(는) 드문 값입니다(보통 {expected}).",
            )
        },
    )


def _unit(column: Column) -> Rule:
    units = ", ".join(accepted_units(column.unit or ""))
    if not units:
        return _rule(
            column, "unit", "conformance",
            "The unit of column {column} ({value}) cannot be converted into the unit of the test.",
            "{column} 열의 단위({value})를 이 검사의 단위로 바꿀 수 없습니다.",
        )
    return _rule(
        column, "unit", "conformance",
        "The unit of column {column} ({value}) cannot be converted. Expected: {expected}.",
        "{column} 열의 단위({value})를 바꿀 수 없습니다. 가능한 단위: {expected}.",
        expected=units,
    )


def _table_rules(table: Table) -> list[Rule]:
    rules = [
        Rule(
            f"{table.name}.key.duplicate", table.name, None, "error", "conformance", "quarantine",
            "The same record stands several times in the extract with different values in column {column}"
            " (here: {value}).",
            "같은 기록이 {column} 열의 값이 서로 다르게 여러 번 있습니다(이 행: {value}).",
            variants={
                "info": (
                    "The same row stands several times in the extract. The first one is used.",
                    "똑같은 행이 여러 번 있습니다. 첫 행을 사용합니다.",
                ),
                "warning": (
                    "A later change of the same record has another value in column {column} (here: {value})."
                    " The later one is used.",
                    "같은 기록이 나중에 수정되어 {column} 열의 값이 다릅니다(이 행: {value}). 나중 값을 사용합니다.",
                ),
            },
            settled=("info", "warning"),
        ),
        Rule(
            f"{table.name}.date_after_extract", table.name, None, "error", "plausibility", "quarantine",
            "The date {value} in column {column} lies after the day of the extract ({expected}).",
            "{column} 열의 날짜 {value}이(가) 추출일({expected})보다 뒤입니다.",
        ),
    ]
    rules.append(
        Rule(
            f"{table.name}.key.stale", table.name, None, "warning", "completeness", "keep",
            "A later update of this row was refused. The earlier values are still used.",
            "이 행의 이후 수정본을 받지 못해 이전 값을 그대로 씁니다.",
            todo_en="Please correct the refused row and send it again.",
            todo_ko="받지 못한 행을 고쳐 다시 보내 주십시오.",
        )
    )
    if table.parent:
        parent = TABLES[table.parent]
        rules.append(
            Rule(
                f"{table.name}.parent.missing", table.name, None, "error", "conformance", "quarantine",
                f"The row refers to a record of the table '{parent.en}' that was not delivered (column {{column}}).",
                f"이 행이 가리키는 '{parent.ko}' 표의 기록이 없습니다({{column}} 열).",
                todo_en="Please send the missing record or correct the number.",
                todo_ko="빠진 기록을 보내시거나 번호를 고쳐 주십시오.",
            )
        )
    if any(child.parent == table.name for child in TABLES.values()):
        rules.append(
            Rule(
                f"{table.name}.parent.quarantined", table.name, None, "error", "conformance", "quarantine",
                "Because this record was set aside, {value} rows of other tables that belong to it were held back.",
                "이 기록이 보류되어 여기에 속한 다른 표의 행 {value}개도 쓰지 못합니다.",
                todo_en="Nothing is needed beyond correcting this record.",
                todo_ko="이 기록만 고치시면 됩니다.",
            )
        )
    return rules


def _catalogue() -> dict[str, Rule]:
    rules: list[Rule] = []
    for table in TABLES.values():
        rules += _table_rules(table)
        for column in table.columns:
            rules += _column_rules(table, column)
    seen = set()
    for row in ROW_RULES:
        if row.id not in seen:
            seen.add(row.id)
            place = next(iter(row.fails)) if row.id.partition(".")[2] != "unit_suspect" else None
            rules.append(Rule(row.id, row.table, place, row.severity, row.category, row.effect, row.en, row.ko))
    for id_, severity, category, effect, en, ko in NAMED_RULES:
        prefix = id_.partition(".")[0]
        rule = Rule(id_, prefix if prefix in TABLES else "", None, severity, category, effect, en, ko)
        if prefix == "delivery":
            rule = replace(rule, todo_en=DELIVERY_TODO[0], todo_ko=DELIVERY_TODO[1])
        rules.append(rule)
    catalogue = {rule.id: rule for rule in rules}
    if len(catalogue) != len(rules):
        twice = sorted({rule.id for rule in rules if sum(rule.id == other.id for other in rules) > 1})
        raise ValueError(f"two rules share an id: {twice}")
    return catalogue


# fmt: on
RULES: dict[str, Rule] = _catalogue()


def lab_expected(test_code: str, band: str) -> str | None:
    """The `hard` or `soft` band of a test as a person reads it; None where it has none."""
    test = LAB_TESTS[test_code]
    limits = getattr(test, band)
    return f"{test_code} {band_text(limits, test.unit)}" if limits else None
