"""Deliveries: what came from which hospital, whether it counts, and how much of it was wrong.

Belongs here: the list. Does not belong here: one delivery (delivery.py), what is counted (review/deliveries.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from haicplatform.ledger.arrival_order import rank
from haicplatform.operations.digest import STATUS
from haicplatform.review.data import messages
from haicplatform.review.data.delivery_list import Delivered, delivered, names_of_files
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.ui.grid import Column, Filter, grid
from haicplatform.sites.loading import list_sites

PATH = "/deliveries"
TITLE = ("받은 자료", "Deliveries")
ROLES = WORKERS
KIND = {"accepted": "ok", "refused": "error", "waits": "wait"}
SEOUL = timezone(timedelta(hours=9))


async def show(ctx: PageContext, site: str = "", status: str = "") -> None:
    own = filter(ctx.person.may_see, list_sites(ctx.home))
    sites = {site_id: f"{ctx.tr(*names_of(ctx.home, site_id))} {site_id}" for site_id in own}
    filters = [
        Filter("site", ctx.tr("병원", "hospital"), sites),
        Filter("status", ctx.tr("상태", "state"), messages.choices(ctx, STATUS)),
        Filter("file", ctx.tr("파일 이름", "file name")),
    ]  # fmt: skip
    columns = [
        Column("hospital", ctx.tr("병원", "hospital")),
        Column("extracted", ctx.tr("추출일", "extract of"), link="to"),
        Column("landed", ctx.tr("받은 시각 (KST)", "received (KST)")),
        Column("status", ctx.tr("상태", "state"), kind="chip"),
        Column("force", ctx.tr("사용 여부", "in force")),
        Column("files", ctx.tr("파일", "files"), kind="number"),
        Column("refused_files", ctx.tr("받지 못한 파일", "files refused"), kind="number"),
        Column("rows", ctx.tr("행", "rows"), kind="number"),
        Column("quarantined", ctx.tr("보류된 행", "rows held back"), kind="number"),
        Column("errors", ctx.tr("오류", "errors"), kind="number"),
        Column("rate", ctx.tr("1,000행당 오류", "errors per 1,000 rows"), kind="number"),
    ]
    given = {"site": site, "status": status}
    await grid(ctx, columns, lambda *asked: _rows(ctx, *asked), filters=filters, given=given)


def when(time: datetime) -> str:
    """A time of the ledger (UTC, naive) as it is read in Korea."""
    return (time + SEOUL.utcoffset(None)).strftime("%Y-%m-%d %H:%M")


def _rows(ctx: PageContext, chosen: dict[str, str], sort: str, offset: int, limit: int) -> tuple[list[dict], int]:
    ledger, wanted = ctx.ledger(), chosen.get("file", "").casefold()
    found = [
        each
        for each in delivered(ctx.home, ledger, ctx.person, chosen.get("site"))
        if chosen.get("status") not in STATUS or chosen["status"] == each.status
    ]
    name = sort.lstrip("-")
    files = names_of_files(ledger, found) if wanted or name == "files" else {}
    if wanted:
        found = [
            each for each in found if any(wanted in file.casefold() for file in files[each.site_id, each.delivery_id])
        ]
    if name in _ORDER:
        known = [each for each in found if _ORDER[name](ctx, each) is not None]
        known.sort(key=lambda each: _ORDER[name](ctx, each), reverse=sort.startswith("-"))
        found = known + [each for each in found if _ORDER[name](ctx, each) is None]
    elif name == "files":
        found.sort(key=lambda each: len(files[each.site_id, each.delivery_id]), reverse=sort.startswith("-"))
    shown = found[offset : offset + limit]
    files = files or names_of_files(ledger, shown)
    return [_row(ctx, each, len(files[each.site_id, each.delivery_id])) for each in shown], len(found)


_ORDER = {
    "hospital": lambda ctx, each: ctx.tr(*names_of(ctx.home, each.site_id)),
    "extracted": lambda _, each: rank(each),
    "landed": lambda _, each: each.landed_at,
    "status": lambda _, each: each.status,
    "force": lambda _, each: each.is_in_force,
    "refused_files": lambda _, each: len(each.summary.refused_files),
    "rows": lambda _, each: each.rows,
    "quarantined": lambda _, each: each.quarantined,
    "errors": lambda _, each: each.errors,
    "rate": lambda _, each: each.errors_per_thousand,
}


def _row(ctx: PageContext, each: Delivered, files: int) -> dict:
    rate = each.errors_per_thousand
    return {
        "id": f"{each.site_id}/{each.delivery_id}",
        "to": f"/deliveries/{each.site_id}/{each.delivery_id}",
        "hospital": f"{ctx.tr(*names_of(ctx.home, each.site_id))} {each.site_id}",
        "extracted": each.extracted_at.date().isoformat(),
        "landed": when(each.landed_at),
        "status": messages.said(ctx, STATUS, each.status),
        "status_kind": KIND[each.status],
        "force": ctx.tr("사용 중", "in force") if each.is_in_force else "",
        "files": files,
        "refused_files": len(each.summary.refused_files),
        "rows": each.rows,
        "quarantined": each.quarantined,
        "errors": each.errors,
        "rate": None if rate is None else round(rate, 2),
    }
