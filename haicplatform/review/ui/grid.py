"""The grid: a table that filters, sorts and pages on the server, however many rows there are.

Belongs here: showing one page of rows and asking for another. Does not belong here: the rows (a page's own module
gives them, and checks there what this person may see).
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from haicplatform.review.data.page_context import PageContext

# a longer list of choices can be typed into
LONG_LIST = 12
PAGE_SIZES = (25, 50, 100, 200)
# rows(filter, sort, offset, limit): filter by the names of the filters, sort as `column` or `-column` or ''
Rows = Callable[[dict[str, str], str, int, int], tuple[list[dict], int]]


@dataclass(frozen=True)
class Column:
    """One column. kind: text, number, chip (`<name>_kind` of the row colours it). link: the row's field with a path.

    is_wrapped: long text, which gets room; is_short: a word or two, which stay on one line; width: at least so many
    pixels.
    """

    name: str
    label: str
    kind: str = "text"
    link: str | None = None
    is_sortable: bool = True
    is_wrapped: bool = False
    is_short: bool = False
    width: int | None = None


@dataclass(frozen=True)
class Filter:
    """One filter above the grid. options: value → words; none: free text, with suggestions for what to type."""

    name: str
    label: str
    options: Mapping[str, str] | None = None
    suggestions: Iterable[str] = ()


@dataclass
class Grid:
    """A grid on a page. `filter` is what is set now, `selected` the keys of the ticked rows, `total` all that fit.

    What the browser asks for is kept in `wanted` until the rows are there: the table itself changes once an answer,
    because every change of it sends all of its rows.
    """

    ctx: PageContext
    rows: Rows
    table: ui.table
    names: frozenset[str]
    sortable: frozenset[str]
    wanted: dict
    filter: dict[str, str] = field(default_factory=dict)
    total: int = 0
    on_change: Callable[[], None] | None = None
    path: str = field(default_factory=lambda: ui.context.client.request.url.path)
    turn: int = 0

    @property
    def selected(self) -> list:
        return [row[self.table.row_key] for row in self.table.selected]

    def set_filter(self, name: str, value: object) -> None:
        """Keep a filter's value; an empty one, or a name that this grid does not have, filters nothing."""
        self.filter.pop(name, None)
        if name in self.names and value not in (None, ""):
            self.filter[name] = str(value)[:200]

    async def refresh(self) -> None:
        """Ask for the page again, after an action, a filter or a new order."""
        self.turn = turn = self.turn + 1
        rows, total = await to_thread(self.rows, dict(self.filter), *self._asked())
        if not rows and total and turn == self.turn:  # the last page is gone
            self.wanted = {**self.wanted, "page": 1}
            rows, total = await to_thread(self.rows, dict(self.filter), *self._asked())
        if turn == self.turn:  # not overtaken by a later question
            self.total = total
            self._put(rows)

    async def first(self) -> None:
        """The first page, which comes with the page itself."""
        rows, self.total = await to_thread(self.rows, dict(self.filter), *self._asked())
        self._put(rows)

    async def asked(self, event: GenericEventArguments) -> None:
        """The browser asks for another page or order; nothing of what it says is trusted."""
        wanted = event.args.get("pagination", {}) if isinstance(event.args, dict) else {}
        order, size, page = wanted.get("sortBy"), wanted.get("rowsPerPage"), wanted.get("page")
        self.wanted = {
            "sortBy": order if order in self.sortable else None,
            "descending": wanted.get("descending") is True,
            "rowsPerPage": size if size in PAGE_SIZES else PAGE_SIZES[1],
            "page": page if isinstance(page, int) and 0 < page < 10_000_000 else 1,
        }
        await self.refresh()

    async def filtered(self, name: str, value: object) -> None:
        self.set_filter(name, value)
        self.wanted = {**self.wanted, "page": 1}
        # so that coming back from a row, or a link to a colleague, shows the same list
        ui.navigate.history.replace(f"{self.path}?{urlencode(self.filter)}" if self.filter else self.path)
        await self.refresh()
        self.table.selected = []

    def _asked(self) -> tuple[str, int, int]:
        now = self.wanted
        order = ("-" if now["descending"] else "") + now["sortBy"] if now.get("sortBy") else ""
        return order, (now["page"] - 1) * now["rowsPerPage"], now["rowsPerPage"]

    def _put(self, rows: list[dict]) -> None:
        self.table.pagination = {**self.wanted, "rowsNumber": self.total}
        self.table.rows = rows
        if self.on_change:
            self.on_change()


async def grid(
    ctx: PageContext,
    columns: Sequence[Column],
    rows: Rows,
    *,
    filters: Sequence[Filter] = (),
    given: Mapping[str, str] | None = None,
    key: str = "id",
    sort: str = "",
    page_size: int = 50,
    is_selectable: bool = False,
    on_change: Callable[[], None] | None = None,
) -> Grid:
    """Put a grid with its filters on the page and return it, filled with its first page.

    given: filters that are set already, such as a link's query parameters. sort: `column` or `-column`. key: the
    field of a row that tells it from the others. on_change: called after every page that was shown. Cells are shown
    as text; only a column's `link` leads anywhere.
    """
    area = ui.element("div").classes("filters") if filters else None
    wanted = {
        "sortBy": sort.lstrip("-") or None, "descending": sort.startswith("-"), "page": 1, "rowsPerPage": page_size,
    }  # fmt: skip
    table = ui.table(
        rows=[], columns=[_column(each) for each in columns], row_key=key,
        selection="multiple" if is_selectable else None, pagination={**wanted, "rowsNumber": 0},
    ).props(f"dense flat wrap-cells :rows-per-page-options='{list(PAGE_SIZES)}' binary-state-sort")  # fmt: skip
    made = Grid(
        ctx, rows, table, frozenset(each.name for each in filters),
        frozenset(each.name for each in columns if each.is_sortable), wanted, on_change=on_change,
    )  # fmt: skip
    for each in columns:
        if slot := _slot(each):
            table.add_slot(f"body-cell-{each.name}", slot)
    table.on("request", made.asked)
    for name, value in (given or {}).items():
        made.set_filter(name, value)
    if area is not None:
        with area:
            for wanted_filter in filters:
                _filter(ctx, made, wanted_filter)
    await made.first()
    return made


def _filter(ctx: PageContext, made: Grid, each: Filter) -> None:
    start = made.filter.get(each.name)

    async def changed(event: ValueChangeEventArguments) -> None:
        await made.filtered(each.name, event.value)

    box: ui.input | ui.select
    if each.options is None:
        box = ui.input(each.label, value=start or "", on_change=changed).props("outlined dense clearable debounce=400")
        box.props("maxlength=200")
        if each.suggestions:  # the browser's own list: hundreds of them in a select cost more than the page
            known = "".join(f'<option value="{escape(one)}">' for one in each.suggestions)
            ui.html(f'<datalist id="known-{each.name}">{known}</datalist>', sanitize=False)
            box.props(f"list=known-{each.name}")
    else:
        value = start if start in each.options else None
        box = ui.select(
            dict(each.options), label=each.label, value=value, clearable=True, on_change=changed,
            with_input=len(each.options) > LONG_LIST,
        )  # fmt: skip
        box.props("outlined dense options-dense")
    box.classes(f"filter-{each.name}")


def _column(each: Column) -> dict:
    wrapped = {"classes": "wrap"} if each.is_wrapped else {}
    if each.is_short:
        wrapped = {"classes": "nowrap", "headerClasses": "nowrap"}
    if each.width is not None:
        wrapped["style"] = f"min-width: {each.width}px"
    return {
        "name": each.name, "label": each.label, "field": each.name, "sortable": each.is_sortable,
        "align": "right" if each.kind == "number" else "left", **wrapped,
    }  # fmt: skip


def _slot(each: Column) -> str | None:
    """Vue's template of a cell that is more than its text; Vue escapes what stands in double braces."""
    text = "{{ props.value }}"
    if each.kind == "number":
        text = "{{ typeof props.value === 'number' ? props.value.toLocaleString('en-US') : props.value }}"
    if each.kind == "chip":
        text = f'<span v-if="props.value" :class="[\'chip\', props.row.{each.name}_kind]">{text}</span>'
    if each.link:
        text = f'<a v-if="props.row.{each.link}" :href="props.row.{each.link}">{text}</a><span v-else>{text}</span>'
    elif each.kind == "text":
        return None
    return f'<q-td :props="props">{text}</q-td>'
