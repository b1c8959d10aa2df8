"""What stands by hospital: the flow, outcomes, curves, the hospitals pooled, and each of them left out.

Belongs here: lines a hospital, with small counts masked. Does not belong here: pooled tables.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Figure, Heading, Paragraph, Part, Row, Table, Text
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, ReportContext, words
from haicplatform.report.figures import draw_curves, draw_forest
from haicplatform.report.figures.draw_forest import Line
from haicplatform.report.figures.drawing import figure
from haicplatform.report.sections.patients import reasons
from haicplatform.report.sections.response import masked_note

POOLINGS = ("pooled_fixed", "pooled_dl", "pooled", "pooled_adhoc")


def hospitals(ctx: ReportContext) -> list[Part]:
    """Where there is more than one hospital: flow, curves, tables and forest plots."""
    if len(ctx.found.populations("flow")) < 2:
        return []
    parts: list[Part] = [Heading(1, "hospitals", ctx.words("heading.hospitals"))]
    parts += [Paragraph(ctx.words.text("hospitals.lead")), flow_table(ctx)]
    for endpoint in ctx.endpoints[:FIRST_ENDPOINTS]:
        parts += [made for made in (_curves(ctx, endpoint), _table(ctx, endpoint), _forest(ctx, endpoint)) if made]
    made = [_pooling(ctx), _leave_out(ctx)]
    return [*parts, *[table for table in made if table]]


def flow_table(ctx: ReportContext) -> Table:
    """A line a hospital: assessed, left out by reason, analysed by group."""
    terms = [term for term, _ in reasons(ctx)]
    head = ["hospital", "assessed"]
    labels = [*[ctx.words(f"head.{name}") for name in head], *[ctx.names.exclusion(t.partition("=")[2]) for t in terms]]
    labels += [ctx.words("head.excluded"), ctx.words("head.included")]
    several = ctx.names.order if len(ctx.names.order) > 1 else ()
    labels += [ctx.names.group(group) for group in several]
    groups = [
        ("", 2),
        (ctx.words("head.left_out"), len(terms) + 1),
        ("", 1),
        (ctx.words("treatment_group"), len(several)),
    ]
    rows = []
    for population in [*[f"site:{site}" for site in ctx.found.populations("flow")], "pooled"]:
        get = lambda term, grp="", p=population: ctx.found.get("flow", "n", population=p, term=term, grp=grp)  # noqa: E731
        found = [get("assessed"), *[get(t) for t in terms], get("excluded"), get("included", ALL)]
        found += [get("included", group) for group in several]
        below = 0 if population == "pooled" else ctx.mask
        cells = [ctx.numbers.count(row, below) for row in found]
        rows.append(Row((words(ctx.place(population)), *cells), "total" if population == "pooled" else ""))
    return Table(
        "table-flow",
        ctx.words("table.flow"),
        tuple(words(label) for label in labels),
        tuple(rows),
        (ctx.words.text("note.flow"), *masked_note(ctx)),
        tuple(group for group in groups if group[1]),
    )


def _curves(ctx: ReportContext, endpoint: str) -> Figure | None:
    panels = []
    for site in ctx.found.populations():
        population = f"site:{site}"
        curves = draw_curves.curves_of(ctx, endpoint, population)
        if curves:
            p = ctx.found.get("logrank", "p", endpoint=endpoint, population=population)
            panels.append((ctx.site(site), curves, p))
    if not panels:
        return None
    title = ctx.words("figure.by_hospital", endpoint=ctx.names.endpoints[endpoint])
    caption = ctx.words.text("caption.by_hospital")
    name = f"km_{endpoint.lower()}_by_hospital"
    return figure(name, title, caption, ctx.salt, lambda data: draw_curves.small_multiples(ctx, panels, data))


def _table(ctx: ReportContext, endpoint: str) -> Table | None:
    """n, events and median by group, log-rank p and hazard ratio of each hospital; all of them pooled."""
    if not ctx.found.populations():
        return None
    compares = len(ctx.names.order) == 2
    head = [words(ctx.words("head.hospital"))]
    head += [words(ctx.words("head.events_patients")), words(ctx.words("head.median_ci"))] * len(ctx.names.order)
    groups = [("", 1), *[(label, 2) for _, label in ctx.groups()]]
    if compares:
        head += [words(ctx.words("head.logrank")), words(ctx.words("head.hr"))]
        groups.append(("", 2))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for population in [*[f"site:{site}" for site in ctx.found.populations()], "pooled"]:
        key = {"population": population, "endpoint": endpoint}
        below = 0 if population == "pooled" else ctx.mask
        cells: list[Text] = []
        for group in ctx.names.order:
            n, events, median = (ctx.found.get("km", s, grp=group, **key) for s in ("n", "events", "median"))
            cells += [ctx.numbers.of(events, n, below), ctx.numbers.months(median)]
            seen.append(median)
        if compares:
            hr = ctx.found.get("cox_univariable", "hr", term=ctx.exposure, **key)
            hr = hr or ctx.found.get("cox_univariable", "hr", term="group", **key)
            cells += [ctx.numbers.p_or_dash(ctx.found.get("logrank", "p", **key)), ctx.numbers.ratio(hr)]
            seen.append(hr)
        rows.append(Row((words(ctx.place(population)), *cells), "total" if population == "pooled" else ""))
    notes = [ctx.words.text("note.unadjusted", compared=ctx.names.compared)] if compares else []
    others = [row for row in seen if row is not None and row.code not in ("not_reached", "not reached")]
    notes += [ctx.words.text("note.nr"), *masked_note(ctx), *ctx.sentences(*others)]
    title = ctx.words("table.hospital", endpoint=ctx.names.endpoints[endpoint])
    return Table(f"table-hospital-{endpoint.lower()}", title, tuple(head), tuple(rows), tuple(notes), tuple(groups))


def _forest(ctx: ReportContext, endpoint: str) -> Figure | None:
    """A line a hospital, the pooled diamonds and the prediction interval; heterogeneity in the caption."""

    def get(analysis: str, statistic: str, grp: str = "") -> Estimate | None:
        return ctx.found.get(analysis, statistic, endpoint=endpoint, grp=grp, term=ctx.exposure)

    sites = ctx.found.groups("by_hospital", "hr", endpoint=endpoint)
    if not sites:
        return None
    lines = []
    for site in sites:
        detail = ctx.numbers.of(get("by_hospital", "events", site), get("by_hospital", "n", site), ctx.mask)
        lines.append(Line(ctx.site(site), get("by_hospital", "hr", site), detail=detail))
    pooled = get("pooled", "hr")
    if pooled is not None:
        for analysis in ("pooled", "pooled_adhoc"):
            if (summary := get(analysis, "hr")) is not None:
                lines.append(Line(ctx.words(f"model.{analysis}"), summary, get(analysis, "p"), kind="summary"))
    prediction = get("pooled_adhoc", "prediction") or get("pooled", "prediction")
    if prediction is not None and prediction.ci_low is not None:
        lines.append(Line(ctx.words("figure.prediction"), prediction, kind="prediction"))
    one = get("cox_univariable_stratified", "hr")
    if one is not None:
        p = get("cox_univariable_stratified", "p")
        lines.append(Line(ctx.words("model.cox_univariable_stratified"), one, p, kind="summary"))
    caption = ctx.words.text("caption.forest_hospital", compared=ctx.names.compared)
    i2, tau2, q_p = (get("pooled", statistic) for statistic in ("i2", "tau2", "q_p"))
    if i2 is not None and i2.value is not None:
        given = {"i2": ctx.numbers.plain(i2, 0), "tau2": ctx.numbers.plain(tau2, 3), "p": ctx.numbers.p(q_p)}
        caption += ctx.words.text("caption.heterogeneity", **given)
    interaction = ctx.found.get("interaction", "p", endpoint=endpoint, term="site")
    if interaction is not None:
        caption += ctx.words.text("caption.interaction", p=ctx.numbers.p(interaction))
    for sentence in ctx.sentences(*[line.estimate for line in lines]):
        caption = (*caption, *words(" "), *sentence)
    title = ctx.words("figure.forest_hospital", endpoint=ctx.names.endpoints[endpoint])
    return drawn(ctx, f"forest_{endpoint.lower()}_by_hospital", title, caption, lines, endpoint, detail=True)


def drawn(
    ctx: ReportContext,
    name: str,
    title: str,
    caption: Text,
    lines: list[Line],
    endpoint: str,
    *,
    p_head: str = "p",
    detail: bool = False,
) -> Figure:
    """A forest plot with its axis named by the endpoint."""
    low, high = better(ctx, endpoint)
    head = ctx.words("figure.events_patients") if detail else ""
    return figure(
        name, title, caption, ctx.salt,
        lambda data: draw_forest.forest(ctx, lines, low, high, head, p_head, data),
    )  # fmt: skip


def better(ctx: ReportContext, endpoint: str) -> tuple[str, str]:
    """The words under the two halves of the axis."""
    return ctx.words("figure.better", endpoint=endpoint), ctx.words("figure.worse", endpoint=endpoint)


def _pooling(ctx: ReportContext) -> Table | None:
    """The hospitals pooled in each way, with heterogeneity."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        get = lambda analysis, statistic, e=endpoint: ctx.found.get(analysis, statistic, endpoint=e, term=ctx.exposure)  # noqa: E731
        found = [analysis for analysis in POOLINGS if get(analysis, "hr") is not None]
        if len(found) < 2:
            continue
        rows.append(Row((words(ctx.names.endpoints[endpoint]),), "heading"))
        for analysis in found:
            hr = get(analysis, "hr")
            seen.append(hr)
            cells = [ctx.numbers.ratio(hr), ctx.numbers.p_or_dash(get(analysis, "p"))]
            spread = get(analysis, "prediction")
            cells.append(() if spread is None else ctx.numbers.ratio(spread))
            for name, digits in (("tau2", 3), ("i2", 1)):
                cells.append(ctx.numbers.plain(get(analysis, name), digits) if analysis == "pooled" else ())
            rows.append(Row((words(ctx.words(f"model.{analysis}")), *cells), "level"))
    if not rows:
        return None
    head = [
        words(ctx.words("head.method")),
        words(ctx.words("head.hr")),
        words("p"),
        words(ctx.words("head.prediction")),
    ]
    head += [words("τ²"), words("I², %")]
    notes = (ctx.words.text("note.pooling", compared=ctx.names.compared), *ctx.sentences(*seen))
    return Table("table-pooling", ctx.words("table.pooling"), tuple(head), tuple(rows), notes)


def _leave_out(ctx: ReportContext) -> Table | None:
    """The main results again without each hospital in turn."""
    sites = ctx.found.populations("cox_univariable", "leave_out:")
    if not sites:
        return None
    head = [words(ctx.words("head.without"))]
    groups = [("", 1)]
    endpoints = ctx.endpoints[:FIRST_ENDPOINTS]
    for endpoint in endpoints:
        head += [
            words(ctx.words("head.logrank")),
            words(ctx.words("head.unadjusted_hr")),
            words(ctx.words("head.adjusted_hr")),
        ]
        head.append(words(ctx.words("head.pooled_hr")))
        groups.append((ctx.names.endpoints[endpoint], 4))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for population in ["pooled", *[f"leave_out:{site}" for site in sites]]:
        cells: list[Text] = []
        for endpoint in endpoints:
            key = {"population": population, "endpoint": endpoint}
            found = [
                ctx.found.get(a, "hr", term=ctx.exposure, **key)
                for a in ("cox_univariable", "cox_multivariable", "pooled")
            ]
            seen += found
            cells += [ctx.numbers.p(ctx.found.get("logrank", "p", **key)), *[ctx.numbers.ratio(row) for row in found]]
        is_all = population == "pooled"
        label = ctx.words("line.none_left_out") if is_all else ctx.site(population.partition(":")[2])
        rows.append(Row((words(label), *cells), "total" if is_all else ""))
    notes = (ctx.words.text("note.leave_out", compared=ctx.names.compared), *ctx.sentences(*seen))
    return Table("table-leave-out", ctx.words("table.leave_out"), tuple(head), tuple(rows), notes, tuple(groups))
