"""How far the main result depends on choices: sensitivity analyses beside it, and propensity scores.

Belongs here: these two sections. Does not belong here: leaving hospitals out (hospitals.py).
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Figure, Heading, Part, Row, Table, Text
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, ReportContext, words
from haicplatform.report.figures import draw_forest
from haicplatform.report.figures.drawing import figure
from haicplatform.report.sections.changes import changes
from haicplatform.report.sections.patients import baseline_table
from haicplatform.report.sections.response import response_table
from haicplatform.report.sections.survival import curve, survival_table

SETS = ("matched", "weighted")


def sensitivity(ctx: ReportContext) -> list[Part]:
    """A line a variant: patients, ORR, and by endpoint the log-rank p and adjusted hazard ratio; then who changes."""
    variants = ctx.found.variants()
    if not variants:
        return []
    endpoints = ctx.endpoints[:FIRST_ENDPOINTS]
    head = [words(ctx.words("head.analysis")), words(ctx.words("head.patients"))]
    head += [words(ctx.words("head.orr", group=label)) for _, label in ctx.groups()]
    groups = [("", 2 + len(ctx.names.order))]
    for endpoint in endpoints:
        head += [
            words(ctx.words("head.events")),
            words(ctx.words("head.logrank")),
            words(ctx.words("head.adjusted_hr")),
        ]
        groups.append((ctx.names.endpoints[endpoint], 3))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for variant in ("main", *variants):
        get = lambda analysis, statistic, v=variant, **key: ctx.found.get(analysis, statistic, variant=v, **key)  # noqa: E731
        cells: list[Text] = [ctx.numbers.count(get("flow", "n", grp=ALL, term="included"))]
        for group in ctx.names.order:
            cells.append(ctx.numbers.plain(get("response", "pct", endpoint="BOR", grp=group, term="ORR"), 1))
        for endpoint in endpoints:
            key = {"endpoint": endpoint}
            hr = get("cox_multivariable", "hr", term=ctx.exposure, **key)
            seen.append(hr)
            cells.append(ctx.numbers.count(get("km", "events", grp=ALL, **key)))
            cells += [ctx.numbers.p(get("logrank", "p", **key)), ctx.numbers.ratio(hr)]
        is_main = variant == "main"
        label = ctx.words("line.main") if is_main else ctx.names.variants.get(variant, variant)
        rows.append(Row((words(label), *cells), "total" if is_main else ""))
    notes = (ctx.words.text("note.sensitivity", compared=ctx.names.compared), *ctx.sentences(*seen))
    table = Table("table-sensitivity", ctx.words("table.sensitivity"), tuple(head), tuple(rows), notes, tuple(groups))
    changed = changes(ctx)
    return [Heading(1, "sensitivity", ctx.words("heading.sensitivity")), table, *([changed] if changed else [])]


def propensity(ctx: ReportContext) -> list[Part]:
    """For each set that a propensity score makes: balance, baseline, response, survival, hazard ratios."""
    found = [population for population in SETS if ctx.found.terms("propensity", "smd_after", population=population)]
    if not found:
        return []
    parts: list[Part] = [Heading(1, "propensity", ctx.words("heading.propensity")), _sizes(ctx, found)]
    for population in found:
        parts.append(_love(ctx, population))
        if population == "matched":
            if ctx.found.get("baseline", "n", population=population, grp=ALL, term="patients") is not None:
                parts.append(
                    baseline_table(ctx, population, "table-baseline-matched", ctx.words("table.baseline_matched"))
                )
            if (
                ctx.found.get("response", "n", population=population, endpoint="BOR", grp=ALL, term="patients")
                is not None
            ):
                parts.append(response_table(ctx, "BOR", population, "table-response-matched"))
        for endpoint in ctx.endpoints[:FIRST_ENDPOINTS]:
            made = curve(ctx, endpoint, population, population)
            parts += [made] if made else []
        title = ctx.words(f"table.survival_{population}")
        table = survival_table(ctx, population, f"table-survival-{population}", title)
        parts += [table] if table.rows else []
    return [*parts, _ratios(ctx, found)]


def _sizes(ctx: ReportContext, found: list[str]) -> Table:
    """How many entered, were matched or weighted, by group."""
    rows = []
    for population in found:
        rows.append(Row((words(ctx.words(f"population.{population}")),), "heading"))
        for statistic, digits in (("n_before", 0), ("n", 0), ("n_unmatched", 0), ("pairs", 0), ("ess", 1)):
            cells = [
                ctx.found.get("propensity", statistic, population=population, grp=g, term="patients")
                for g in ctx.columns
            ]
            if any(row is not None for row in cells):
                shown = tuple(ctx.numbers.plain(row, digits) for row in cells)
                rows.append(Row((words(ctx.words(f"line.{statistic}")), *shown), "level"))
    head = [words(ctx.words("head.patients")), *[words(ctx.names.group(group)) for group in ctx.columns]]
    models = [ctx.found.get("propensity", "concordance", population=p, term="model") for p in found]
    notes = [ctx.words.text("note.concordance", c=ctx.numbers.plain(row, 3)) for row in models[:1] if row is not None]
    caliper = [ctx.found.get("propensity", "caliper", population=p, term="model") for p in found]
    notes += [
        ctx.words.text("note.caliper", caliper=ctx.numbers.plain(row, 3)) for row in caliper[:1] if row is not None
    ]
    missing = [ctx.found.get("propensity", "missing", population=p, term="model") for p in found]
    notes += [ctx.words.text("note.ps_missing", n=ctx.numbers.count(row)) for row in missing[:1] if row is not None]
    return Table("table-propensity", ctx.words("table.propensity"), tuple(head), tuple(rows), tuple(notes))


def _love(ctx: ReportContext, population: str) -> Figure:
    key = {"population": population}
    terms = ctx.found.terms("propensity", "smd_after", **key)
    lines = []
    limit: float | None = None
    for term in terms:
        before, after = (ctx.found.get("propensity", f"smd_{when}", term=term, **key) for when in ("before", "after"))
        label = ctx.words("line.distance") if term == "distance" else _term(ctx, term)
        lines.append((label, before, after))
        if after is not None and after.code == "unbalanced" and limit is None:
            limit = _number(after.detail)
    caption = ctx.words.text("caption.love")
    for sentence in ctx.sentences(*[row for _, _, row in lines]):
        caption = (*caption, *words(" "), *sentence)
    title = ctx.words(f"figure.love_{population}")
    return figure(
        f"love_{population}", title, caption, ctx.salt, lambda data: draw_forest.love(ctx, lines, limit, data)
    )


def _term(ctx: ReportContext, term: str) -> str:
    name, mark, _ = term.partition("=")
    variable = ctx.names.variable(name)
    return ctx.words("figure.one_level", variable=variable, level=ctx.names.level(term)) if mark else variable


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _ratios(ctx: ReportContext, found: list[str]) -> Table:
    """The exposure's hazard ratio before and after, by endpoint."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        lines = []
        for population in ("pooled", *found):
            key = {"population": population, "endpoint": endpoint}
            hr, p = (ctx.found.get("cox_univariable", s, term=ctx.exposure, **key) for s in ("hr", "p"))
            if hr is None:
                continue
            seen.append(hr)
            n, events = (ctx.found.get("cox_univariable", s, term="model", **key) for s in ("n", "events"))
            if population == "pooled":
                n, events = (ctx.found.get("km", s, grp=ALL, **key) for s in ("n", "events"))
            counts = ctx.numbers.of(events, n) if n is not None else NONE
            logrank = ctx.numbers.p_or_dash(ctx.found.get("logrank", "p", **key))
            cells = (counts, ctx.numbers.ratio(hr), ctx.numbers.p_or_dash(p), logrank)
            lines.append(Row((words(ctx.words(f"population.{population}")), *cells), "level"))
        if len(lines) > 1:
            rows += [Row((words(ctx.names.endpoints[endpoint]),), "heading"), *lines]
    names = ("set", "events_patients", "hr")
    head = [*[words(ctx.words(f"head.{name}")) for name in names], words("p"), words(ctx.words("head.logrank"))]
    notes = (ctx.words.text("note.ps_hr", compared=ctx.names.compared), *ctx.sentences(*seen))
    return Table("table-propensity-hr", ctx.words("table.propensity_hr"), tuple(head), tuple(rows), notes)
