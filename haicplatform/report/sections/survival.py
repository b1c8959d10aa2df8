"""Time to events: curves, medians, rates, follow-up, restricted means, competing risks.

Belongs here: what the survival section says. Does not belong here: models with covariates (factors.py), drawing.
"""

from __future__ import annotations

from functools import partial

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Paragraph, Part, Row, Run, Table, Text, concat
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, ReportContext, words
from haicplatform.report.figures import draw_curves
from haicplatform.report.figures.drawing import figure

# between an endpoint's name and its tests, as wide in every format
SPACE = "\u2003"


def survival(ctx: ReportContext) -> list[Part]:
    """Follow-up, the curves, and the table of every endpoint."""
    if not ctx.endpoints:
        return []
    parts: list[Part] = [Heading(1, "survival", ctx.words("heading.survival")), *_follow_up(ctx)]
    parts += [made for endpoint in ctx.endpoints[:FIRST_ENDPOINTS] if (made := curve(ctx, endpoint))]
    parts.append(survival_table(ctx))
    parts += [made for endpoint in ctx.endpoints[FIRST_ENDPOINTS:] if (made := curve(ctx, endpoint))]
    restricted = rmst_table(ctx)
    return [*parts, *([restricted] if restricted else []), *competing(ctx)]


def _follow_up(ctx: ReportContext) -> list[Part]:
    for endpoint in ctx.endpoints:
        row = ctx.found.get("follow_up", "median_reverse_km", endpoint=endpoint, grp=ALL)
        if row is None:
            continue
        observed = ctx.found.get("follow_up", "median_observed", endpoint=endpoint, grp=ALL)
        of_all = {"reverse": ctx.numbers.months(row), "observed": ctx.numbers.months(observed, interval=False)}
        sentence = ctx.words.text("follow_up.sentence", **of_all)
        by_group = [
            concat(
                f"{label} ",
                ctx.numbers.months(ctx.found.get("follow_up", "median_reverse_km", endpoint=endpoint, grp=g)),
            )
            for g, label in ctx.groups()
        ]
        if len(by_group) > 1:
            joined = concat(*[piece for place, text in enumerate(by_group) for piece in (", " if place else "", text)])
            sentence += ctx.words.text("follow_up.groups", groups=joined)
        p = ctx.found.get("follow_up", "p", endpoint=endpoint)
        if p is not None and p.value is not None:
            sentence += ctx.words.text("follow_up.p", p=ctx.numbers.p(p))
        return [Paragraph(sentence)]
    return []


def curve(ctx: ReportContext, endpoint: str, population: str = "pooled", suffix: str = "") -> Part | None:
    """The Kaplan-Meier figure of an endpoint, or None without a curve."""
    curves = draw_curves.curves_of(ctx, endpoint, population)
    if not curves:
        return None
    p = ctx.found.get("logrank", "p", endpoint=endpoint, population=population)
    title = ctx.names.endpoints[endpoint]
    shown = title if not suffix else ctx.words(f"figure.km_{suffix}", endpoint=title)
    name = f"km_{endpoint.lower()}{'_' + suffix if suffix else ''}"
    caption = ctx.words.text("caption.km_weighted" if suffix == "weighted" else "caption.km")
    height = ctx.names.curves[endpoint]
    return figure(
        name, shown, caption, ctx.salt, lambda data: draw_curves.kaplan_meier(ctx, curves, height, p, data)
    )  # fmt: skip


def survival_table(
    ctx: ReportContext, population: str = "pooled", name: str = "table-survival", title: str = ""
) -> Table:
    """n, events, median and rates of every endpoint and group, with the tests between groups."""
    months = ctx.study.rates_at_months
    # curves of weighted patients have no intervals
    bare = "_alone" if population == "weighted" else ""
    names = ("endpoint_group", "patients", "events", f"median{bare}")
    head = [words(ctx.words(f"head.{column}")) for column in names]
    head += [words(ctx.words(f"head.rate{bare}", month=f"{month:g}")) for month in months]
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        key = {"endpoint": endpoint, "population": population}
        if ctx.found.get("km", "n", grp=ALL, **key) is None and population != "weighted":
            continue
        lines: list[Row] = []
        for group in (ALL, *ctx.names.order) if len(ctx.names.order) > 1 else (ALL,):
            get = lambda statistic, at=None, g=group, k=key: ctx.found.get("km", statistic, at, grp=g, **k)  # noqa: E731
            rates = [get("rate", float(month)) for month in months]
            median = get("median")
            if median is None and get("n") is None:
                continue
            seen += [median, *rates]
            cells = [ctx.numbers.count(get("n")), ctx.numbers.count(get("events")), ctx.numbers.months(median)]
            cells += [ctx.numbers.rate(row) for row in rates]
            lines.append(Row((words(ctx.names.group(group)), *cells), "level"))
        fixed = [ctx.found.get("fixed_time", "p", float(month), **key) for month in months]
        if any(row is not None for row in fixed):
            compared = [ctx.numbers.p(row) for row in fixed]
            lines.append(Row((words(ctx.words("line.p_at")), (), (), (), *compared), "level"))
            seen += fixed
        rows += [Row((_endpoint(ctx, key),), "heading"), *lines] if lines else []
    notes = [ctx.words.text("note.survival")]
    if any(row is not None and row.value is not None and row.code == "beyond_last" for row in seen):
        notes.append(ctx.words.text("note.beyond"))
    others = [row for row in seen if row is not None and row.code not in ("beyond_last", "not_reached", "not reached")]
    missing = [_missing(ctx, endpoint) for endpoint in ctx.endpoints] if population == "pooled" else []
    notes += [text for text in missing if text]
    return Table(
        name, title or ctx.words("table.survival"), tuple(head), tuple(rows), (*notes, *ctx.sentences(*others))
    )


def _missing(ctx: ReportContext, endpoint: str) -> Text:
    row = ctx.found.get("km", "missing", endpoint=endpoint)
    if row is None or not row.value:
        return ()
    return ctx.words.text("note.without_time", n=ctx.numbers.count(row), endpoint=ctx.names.endpoints[endpoint])


def _endpoint(ctx: ReportContext, key: dict[str, str]) -> Text:
    """The endpoint's name and the tests of its groups, lighter."""
    text: list[Run] = list(words(ctx.names.endpoints[key["endpoint"]]))
    for analysis in ("logrank", "logrank_stratified"):
        p = ctx.found.get(analysis, "p", **key)
        if p is not None:
            shown = ctx.words.text(f"line.{analysis}", p=ctx.numbers.p(p))
            text += [Run(run.text, run.estimate_ids, "aside") for run in concat(SPACE, shown)]
    return tuple(text)


def rmst_table(ctx: ReportContext) -> Table | None:
    """Restricted mean survival by group, their difference and ratio."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        frame = ctx.rows_of("rmst")
        frame = frame.filter((frame["endpoint"] == endpoint) & (frame["population"] == "pooled"))
        for at in frame["at"].drop_nulls().unique().sort():
            get = lambda name, g="", e=endpoint, a=at: ctx.found.get("rmst", name, a, endpoint=e, grp=g)  # noqa: E731
            means = [get("rmst", group) for group in ctx.names.order]
            seen += [*means, get("difference"), get("ratio")]
            label = words(ctx.words("line.rmst", endpoint=ctx.names.endpoints[endpoint], month=f"{at:g}"))
            cells = [ctx.numbers.with_interval(row, 1) for row in means]
            cells += [ctx.numbers.with_interval(get("difference"), 1), ctx.numbers.p_or_dash(get("difference_p"))]
            cells += [ctx.numbers.ratio(get("ratio")), ctx.numbers.p_or_dash(get("ratio_p"))]
            rows.append(Row((label, *cells)))
    if not rows:
        return None
    head = [words(ctx.words("head.endpoint_month")), *[words(label) for _, label in ctx.groups()]]
    head += [words(ctx.words("head.difference")), words("p"), words(ctx.words("head.ratio")), words("p")]
    notes = [ctx.words.text("note.rmst", compared=ctx.names.compared), *ctx.sentences(*seen)]
    return Table("table-rmst", ctx.words("table.rmst"), tuple(head), tuple(rows), tuple(notes))


def competing(ctx: ReportContext) -> list[Part]:
    """Cumulative incidences, Gray's test and Fine and Gray's model, for each endpoint that has them."""
    parts: list[Part] = []
    frame = ctx.rows_of("cuminc")
    endpoints = [e for e in ctx.study.endpoints if e in set(frame["endpoint"])]
    for endpoint in endpoints:
        title = ctx.words("figure.competing", endpoint=ctx.names.endpoints[endpoint])
        if any(
            ctx.found.curve("cif", analysis="cuminc", endpoint=endpoint, grp=g, term="event").height
            for g in ctx.names.order
        ):
            parts.append(
                figure(
                    f"cuminc_{endpoint.lower()}", title, ctx.words.text("caption.cuminc"), ctx.salt,
                    partial(draw_curves.cumulative_incidence, ctx, endpoint),
                )
            )  # fmt: skip
    if endpoints:
        parts.insert(0, Heading(2, "competing", ctx.words("heading.competing")))
        parts.append(_incidence_table(ctx, endpoints))
    return parts


def _incidence_table(ctx: ReportContext, endpoints: list[str]) -> Table:
    months = ctx.study.rates_at_months
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in endpoints:
        hr = ctx.found.get("fine_gray", "shr", endpoint=endpoint, term=ctx.exposure)
        p = ctx.found.get("fine_gray", "p", endpoint=endpoint, term=ctx.exposure)
        seen.append(hr)
        label: Text = words(ctx.names.endpoints[endpoint])
        if hr is not None:
            more = ctx.words.text("line.fine_gray", shr=ctx.numbers.ratio(hr), p=ctx.numbers.p_or_dash(p))
            label += tuple(Run(run.text, run.estimate_ids, "aside") for run in concat(SPACE, more))
        rows.append(Row((label,), "heading"))
        for term in ("event", "competing"):
            gray = ctx.found.get("gray", "p", endpoint=endpoint, term=term)
            seen.append(gray)
            for place, (group, name) in enumerate(ctx.groups()):
                key = {"endpoint": endpoint, "grp": group, "term": term}
                rates = [ctx.found.get("cuminc", "rate", float(month), **key) for month in months]
                seen += rates
                cells = [
                    ctx.numbers.count(ctx.found.get("cuminc", "events", **key)),
                    *[ctx.numbers.rate(row) for row in rates],
                ]
                cells.append(ctx.numbers.p(gray) if place == 0 else ())
                line = ctx.words("line.incidence", event=ctx.words(f"cuminc.{term}"), group=name)
                rows.append(Row((words(line), *cells), "level"))
    head = [words(ctx.words("head.endpoint_group")), words(ctx.words("head.events"))]
    head += [words(ctx.words("head.incidence", month=f"{month:g}")) for month in months] + [
        words(ctx.words("head.gray"))
    ]
    if any(row is not None and row.code == "beyond_last" for row in seen):
        beyond = [ctx.words.text("note.beyond")]
    else:
        beyond = []
    others = [row for row in seen if row is not None and row.code != "beyond_last"]
    notes = [ctx.words.text("note.competing", compared=ctx.names.compared), *beyond, *ctx.sentences(*others)]
    return Table("table-competing", ctx.words("table.competing"), tuple(head), tuple(rows), tuple(notes))
