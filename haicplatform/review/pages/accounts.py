"""Accounts: who may log in, for the administrator.

Belongs here: the list and its forms. Does not belong here: what an account, a password or a role must be (accounts/).
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable

from nicegui import ui

from haicplatform.core.errors import UsageError
from haicplatform.core.people import ADMINISTRATOR, COORDINATOR
from haicplatform.core.people import ROLES as EVERY_ROLE
from haicplatform.ledger.accounts import store
from haicplatform.ledger.models import Account
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.pages.deliveries import when
from haicplatform.review.ui import layout
from haicplatform.sites.loading import list_sites

PATH = "/accounts"
TITLE = ("계정", "Accounts")
ROLES = (ADMINISTRATOR,)
_STATE = {
    "open": ("사용 중", "open", "ok"),
    "locked": ("잠김", "locked", "warning"),
    "disabled": ("사용 중지", "disabled", "error"),
}


async def show(ctx: PageContext) -> None:
    found = await to_thread(store.listed, ctx.ledger())
    with ui.element("div").classes("line-up"):
        ui.button(ctx.tr("계정 추가", "Add an account"), on_click=lambda: _add(ctx)).props("unelevated dense")
    with ui.element("div").classes("slide accounts"), ui.element("table").classes("plain"):
        with ui.element("thead"), ui.element("tr"):
            for words in (("계정", "account"), ("역할", "role"), ("담당 병원", "hospitals"), ("상태", "state"),
                          ("만든 시각 (KST)", "made (KST)"), ("", "")):  # fmt: skip
                with ui.element("th"):
                    ui.label(ctx.tr(*words))
        with ui.element("tbody"):
            for account in found:
                _row(ctx, account)


def _row(ctx: PageContext, account: Account) -> None:
    state = store.state_of(account)
    *words, kind = _STATE[state]
    hospitals = ", ".join(f"{ctx.tr(*names_of(ctx.home, site))} {site}" for site in account.sites)
    cells = (
        f"<b>{layout.cell(account.name)}</b>", ctx.tr(*layout.ROLE_WORDS[account.role]),
        layout.cell(hospitals or ctx.tr("전체", "all")), layout.chip(ctx.tr(*words), kind),
        when(account.created_at),
    )  # fmt: skip
    with ui.element("tr"):
        for html in cells:
            with ui.element("td"):
                layout.show(html)
        with ui.element("td"), ui.element("div").classes("line-up"):
            if state == "locked":
                _button(ctx, ctx.tr("잠금 해제", "Unlock"), store.unlock, account.name)
            if account.is_disabled:
                _button(ctx, ctx.tr("다시 사용", "Enable"), store.enable, account.name)
            else:
                _button(ctx, ctx.tr("사용 중지", "Disable"), store.disable, account.name)
            ui.button(ctx.tr("역할 변경", "Role"), on_click=lambda: _role(ctx, account)).props("flat dense no-caps")
            ui.button(ctx.tr("비밀번호 변경", "Password"), on_click=lambda: _password(ctx, account.name)).props(
                "flat dense no-caps"
            )


def _button(ctx: PageContext, text: str, action: Callable, name: str) -> None:
    async def clicked() -> None:
        await _do(action, ctx.ledger(), ctx.person.name, name)

    ui.button(text, on_click=clicked).props("flat dense no-caps")


async def _do(action: Callable, *given: object) -> None:
    """Do it beside the pages' own thread, and show the list anew. A UsageError is told where it happened."""
    await to_thread(action, *given)
    ui.navigate.reload()


def _add(ctx: PageContext) -> None:
    with ui.dialog(value=True), ui.card().classes("form"):
        ui.label(ctx.tr("계정 추가", "Add an account")).classes("form-title")
        name = ui.input(ctx.tr("계정 (영문 소문자)", "account (small letters)")).props("outlined dense maxlength=40")
        role, sites = _role_fields(ctx, COORDINATOR, [])
        first, second = _password_fields(ctx)

        async def save() -> None:
            _same(first.value, second.value)
            own = sites.value if role.value == COORDINATOR else []
            await _do(store.add, ctx.ledger(), ctx.person.name, name.value.strip(), role.value, own, first.value)

        _save(ctx, save)


def _role(ctx: PageContext, account: Account) -> None:
    with ui.dialog(value=True), ui.card().classes("form"):
        ui.label(f"{ctx.tr('역할 변경', 'Another role')}: {account.name}").classes("form-title")
        role, sites = _role_fields(ctx, account.role, account.sites)

        async def save() -> None:
            own = sites.value if role.value == COORDINATOR else []
            await _do(store.set_role, ctx.ledger(), ctx.person.name, account.name, role.value, own)

        _save(ctx, save)


def _password(ctx: PageContext, name: str) -> None:
    with ui.dialog(value=True), ui.card().classes("form"):
        ui.label(f"{ctx.tr('비밀번호 변경', 'Another password')}: {name}").classes("form-title")
        first, second = _password_fields(ctx)

        async def save() -> None:
            _same(first.value, second.value)
            await _do(store.set_password, ctx.ledger(), ctx.person.name, name, first.value)

        _save(ctx, save)


def _role_fields(ctx: PageContext, role: str, sites: list[str]) -> tuple[ui.select, ui.select]:
    roles = {each: ctx.tr(*layout.ROLE_WORDS[each]) for each in EVERY_ROLE}
    known = {site: f"{ctx.tr(*names_of(ctx.home, site))} {site}" for site in list_sites(ctx.home)}
    chosen = ui.select(roles, value=role, label=ctx.tr("역할", "role")).props("outlined dense options-dense")
    own = [site for site in sites if site in known]
    hospitals = ui.select(known, value=own, multiple=True, label=ctx.tr("담당 병원", "hospitals"))
    hospitals.props("outlined dense options-dense use-chips")
    hospitals.bind_visibility_from(chosen, "value", lambda value: value == COORDINATOR)
    return chosen, hospitals


def _password_fields(ctx: PageContext) -> tuple[ui.input, ui.input]:
    labels = (ctx.tr("비밀번호 (12자 이상)", "password (12 characters or more)"), ctx.tr("한 번 더", "once more"))
    first, second = (
        ui.input(label, password=True).props("outlined dense maxlength=200 autocomplete=new-password")
        for label in labels
    )
    return first, second


def _same(first: str, second: str) -> None:
    if first != second:
        raise UsageError("The two passwords are not the same", ko="두 비밀번호가 서로 다릅니다.")


def _save(ctx: PageContext, save: Callable) -> None:
    with ui.element("div").classes("line-up"):
        ui.button(ctx.tr("저장", "Save"), on_click=save).props("unelevated dense")
