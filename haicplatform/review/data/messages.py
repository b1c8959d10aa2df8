"""The words of severities, states, actions and tables on the pages, Korean and English.

Belongs here: what a term of the platform is called on a page. Does not belong here: sentences of findings (they come
with the findings), sentences of one page only.
"""

from __future__ import annotations

from collections.abc import Mapping

from haicplatform.queries import transitions as life
from haicplatform.report.document.messages import Words
from haicplatform.review.data.page_context import PageContext

SEVERITY = {"error": ("오류", "error"), "warning": ("경고", "warning"), "info": ("참고", "for information")}
CATEGORY = {
    "conformance": ("형식", "conformance"),
    "completeness": ("누락", "completeness"),
    "plausibility": ("타당성", "plausibility"),
}
CRITERION = {"MRECIST": ("mRECIST", "mRECIST"), "RECIST11": ("RECIST 1.1", "RECIST 1.1")}
STATE = {
    life.OPEN: ("답변 대기", "open"),
    life.ANSWERED: ("답변됨", "answered"),
    life.CLOSED: ("종결", "closed"),
    life.ACCEPTED: ("값 그대로 인정", "accepted as is"),
    life.NOT_APPLICABLE: ("해당 없음", "not applicable"),
}
# the colours of frame.chip
STATE_KIND = {life.OPEN: "warning", life.ANSWERED: "wait", life.CLOSED: "ok", life.ACCEPTED: "ok"}
# what a person can do: on the button, and in the history
ACTION = {
    "answer": ("답변", "Answer"),
    "close": ("종결", "Close"),
    "accept": ("값 그대로 인정", "Accept as is"),
    "not_applicable": ("해당 없음으로 처리", "Mark as not applicable"),
    "reopen": ("다시 열기", "Reopen"),
    "comment": ("의견 남기기", "Comment"),
}
DONE = ACTION | {
    life.OPENED: ("질의 생성", "Opened"),
    life.CLOSED_BY_DELIVERY: ("자료 수정으로 자동 종결", "Closed by a delivery"),
    life.REOPENED_BY_DELIVERY: ("다음 자료에서 다시 발견되어 자동으로 다시 열림", "Reopened by a delivery"),
    life.CHANGED: ("다음 자료에서 값이 바뀜", "Another value in a delivery"),
}


def said(ctx: PageContext, words: Mapping[str, tuple[str, str]], name: str | None) -> str:
    """The word in the reader's language; a name without words as it is."""
    return ctx.tr(*words[name]) if name is not None and name in words else name or ""


def code(ctx: PageContext, name: str | None) -> str:
    """A code of the contract as reports call it; one that has no words as it is, without underscores."""
    known = Words(ctx.language)
    return known(f"code.{name}") if known.has(f"code.{name}") else (name or "").replace("_", " ")


def choices(ctx: PageContext, words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """value → word, for a filter."""
    return {name: ctx.tr(*pair) for name, pair in words.items()}


def table_title(ctx: PageContext, name: str | None) -> str:
    """What a table is called; of a file or a whole delivery: files."""
    from schemas.contract import TABLES

    if not name:
        return ctx.tr("파일", "files")
    return ctx.tr(TABLES[name].ko, TABLES[name].en) if name in TABLES else name


def place(ctx: PageContext, sheet: str | None, row: int | None, column: str | None) -> str:
    """Where in a file: sheet, row as Excel counts, the hospital's header."""
    parts = (
        sheet or "",
        "" if row is None else ctx.tr(f"{row}행", f"row {row}"),
        column or "",
    )
    return " · ".join(part for part in parts if part)
