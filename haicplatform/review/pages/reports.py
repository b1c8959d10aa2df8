"""Reports: what was written for which study and snapshot, to read here or to download.

Belongs here: the list, and a report's page with a way from each number to what stands behind it. Does not belong here:
who may read what (review/reports.py), writing a report (report/).
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

from fastapi.responses import FileResponse, HTMLResponse, Response

from haicplatform.core.people import COORDINATOR, ROLES
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.report_list import KINDS, Report, file_of, reports
from haicplatform.review.pages.deliveries import when
from haicplatform.review.ui import layout
from haicplatform.review.ui.static_pages import asset_url
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

PATH = "/reports"
TITLE = ("보고서", "Reports")
ROLES = ROLES
_FORMS = ((".html", "HTML"), (".pdf", "PDF"), (".docx", "Word"), (".xlsx", "Excel"))
# a report runs no script but ours, which leads from its numbers to what stands behind them
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src data:; script-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def show(ctx: PageContext) -> None:
    found = await to_thread(_asked, ctx)
    if ctx.person.role == COORDINATOR:
        layout.note(
            ctx.tr(
                "공개용으로 확정된 보고서와, 담당 병원 자료만으로 만든 보고서가 표시됩니다.",
                "Reports that were released, and reports made of your own hospitals' data alone.",
            )
        )
    if not found:
        layout.note(ctx.tr("볼 수 있는 보고서가 아직 없습니다.", "There is no report to read yet."))
        return
    head = [
        ctx.tr("연구", "study"), ctx.tr("구분", "kind"), ctx.tr("자료 시점", "snapshot"),
        ctx.tr("작성 시각 (KST)", "written (KST)"), ctx.tr("국문", "Korean"), ctx.tr("영문", "English"),
    ]  # fmt: skip
    layout.show(layout.table(head, [_row(ctx, each) for each in found]))


def _asked(ctx: PageContext) -> list[Report]:
    with _published(ctx) as con:
        return reports(ctx.home, con, ctx.person)


def _row(ctx: PageContext, each: Report) -> list[str]:
    kind = (
        layout.chip(ctx.tr("공개용", "released"), "ok")
        if each.is_release
        else layout.chip(ctx.tr("내부용", "stays here"), "warning")
    )
    title = f"<b>{escape(ctx.tr(*each.titles))}</b><br><span class='muted small'>{escape(each.study_id)}</span>"
    code = f"<code>{escape(each.snapshot_id)}</code>"
    return [title, kind, code, when(each.written_at), _links(each, ".ko"), _links(each, "")]


def _links(each: Report, language: str) -> str:
    names = {label: f"report{language}{suffix}" for suffix, label in _FORMS}
    found = [layout.link(label, each.path + name) for label, name in names.items() if name in each.files]
    return f"<span class='nowrap'>{' · '.join(found)}</span>"


def download(ctx: PageContext, study: str, snapshot: str, path: str) -> Response:
    """A file of a report; its page gets the script that leads from numbers to the trace."""
    with _published(ctx) as con:
        file = file_of(ctx.home, con, ctx.person, study, snapshot, path)
    headers = {"content-security-policy": _POLICY}
    if file.suffix != ".html":
        # a picture or a PDF is looked at in the browser, a document is kept
        place = "inline" if file.suffix in (".svg", ".pdf") else "attachment"
        name = f"{study}_{file.name}"
        return FileResponse(
            file, media_type=KINDS[file.suffix], filename=name, headers=headers, content_disposition_type=place
        )
    script = f'<script src="{asset_url("report.js")}" defer></script>'
    style = (
        "<style>[data-estimate]{cursor:pointer}[data-estimate]:hover{text-decoration:underline}"
        "svg [data-estimate]{pointer-events:bounding-box}</style>"
    )
    text = file.read_text("utf-8").replace("</head>", f"{style}{script}</head>", 1)
    return HTMLResponse(text, headers=headers)


DOWNLOADS = {"/reports/{study}/{snapshot}/{path:path}": download}


@contextmanager
def _published(ctx: PageContext) -> Iterator[duckdb.DuckDBPyConnection | None]:
    if not warehouse.is_published(ctx.home):
        yield None
        return
    with ctx.warehouse() as con:
        yield con
