"""The data dictionary of the extract contract, in Korean and English, as HTML and as a workbook.

Belongs here: the contract's tables, columns, codes, tests, units and rules laid out for people. Does not
belong here: any statement about them (the models say it) and the workbook to fill (template.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from haicplatform.core.errors import UsageError
from schemas.contract import CONTRACT_VERSION, TABLES, Column, Table
from schemas.lab_tests import LAB_TESTS
from schemas.rules import RULES, band_text
from schemas.units import conversions

NAME = "data_dictionary"


@dataclass(frozen=True)
class Section:
    """One listing: a heading in both languages, the column headings, and rows of text."""

    name: str
    en: str
    ko: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_COLUMN_HEADS = (
    "Column 열",
    "이름",
    "Title",
    "설명",
    "Description",
    "Type 형식",
    "Unit 단위",
    "Codes 코드",
    "Column must be there 열 필수",
    "Value must be there 값 필수",
    "Key 키",
    "Identifying 식별정보",
    "Possible 가능 범위",
    "Usual 통상 범위",
)


def sections() -> list[Section]:
    """Every listing of the dictionary, in the order in which it is read."""
    tables = Section(
        "tables",
        "Tables",
        "표",
        ("Table 표", "이름", "Title", "Key 키", "Parent 상위 표"),
        tuple((t.name, t.ko, t.en, ", ".join(t.key), t.parent or "") for t in TABLES.values()),
    )
    return [tables, *(_columns(table) for table in TABLES.values()), _tests(), _units(), _rules()]


def _columns(table: Table) -> Section:
    return Section(table.name, table.en, table.ko, _COLUMN_HEADS, tuple(_column(each) for each in table.columns))


def _column(column: Column) -> tuple[str, ...]:
    return (
        column.name,
        column.title_ko,
        column.title_en,
        column.ko,
        column.en,
        kind_text(column),
        column.unit or "",
        " | ".join(column.codes),
        "Y" if column.column_required else "",
        " / ".join(part for part in (column.value_required_when_ko, column.value_required_when) if part),
        str(column.key_position or ""),
        "Y" if column.identifying else "",
        band_text(column.hard) if column.hard else "",
        band_text(column.soft) if column.soft else "",
    )


def kind_text(column: Column) -> str:
    """The type as the contract writes it, with the size of a decimal."""
    return f"decimal({column.precision},{column.scale})" if column.kind == "decimal" else column.kind


def _tests() -> Section:
    return Section(
        "lab_tests",
        "Laboratory tests",
        "검사 항목",
        ("Code 코드", "이름", "Title", "Unit 단위", "Possible 가능 범위", "Usual 통상 범위"),
        tuple(
            (t.code, t.ko, t.en, t.unit or "", band_text(t.hard) if t.hard else "", band_text(t.soft) if t.soft else "")
            for t in LAB_TESTS.values()
        ),
    )


def _units() -> Section:
    return Section(
        "units",
        "Units that are converted",
        "환산되는 단위",
        ("Quantity 항목", "Unit 단위", "Standard 표준 단위", "Multiply 곱함", "Divide 나눔", "Note 비고"),
        tuple(
            (c.quantity, c.source_unit, c.standard_unit, str(c.multiply), str(c.divide), c.note) for c in conversions()
        ),
    )


def _rules() -> Section:
    return Section(
        "rules",
        "Rules",
        "점검 규칙",
        ("Rule 규칙", "Severity 중요도", "Category 구분", "Effect 처리", "문장", "Sentence", "Expected 기준"),
        tuple(
            (r.id, r.severity, r.category, r.effect, r.message_ko, r.message_en, r.expected or "")
            for r in sorted(RULES.values(), key=lambda rule: rule.id)
        ),
    )


def write_dictionary(folder: Path) -> list[Path]:
    """Write data_dictionary.html and data_dictionary.xlsx into `folder`; gives their paths.

    Raises UsageError where the folder cannot be written.
    """
    from xlsxwriter.exceptions import FileCreateError

    made = sections()
    html, workbook = folder / f"{NAME}.html", folder / f"{NAME}.xlsx"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        html.write_text(render_html(made), encoding="utf-8")
        _write_workbook(made, workbook)
    except (OSError, FileCreateError) as error:
        raise UsageError(
            f"The dictionary cannot be written into {folder}",
            found=getattr(error, "strerror", None) or str(error),
            expected="a folder that can be written to",
            todo="name another folder with --to",
        ) from None
    return [html, workbook]


def render_html(made: Iterable[Section]) -> str:
    """One page that needs nothing from outside, not even a font."""
    import jinja2

    from haicplatform.report.formats.pages import with_fonts

    text = (Path(__file__).parent / "dictionary.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    return with_fonts(template.render(sections=list(made), version=CONTRACT_VERSION))


def _write_workbook(made: Iterable[Section], path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for section in made:
            sheet = book.add_worksheet(section.name)
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, section.heads, head)
            for number, row in enumerate(section.rows, start=1):
                for position, text in enumerate(row):
                    sheet.write_string(number, position, text, cell)
            for position, title in enumerate(section.heads):
                longest = max((len(row[position]) for row in section.rows), default=0)
                sheet.set_column(position, position, min(max(longest, len(title)) + 2, 50))
            sheet.autofilter(0, 0, len(section.rows), len(section.heads) - 1)
