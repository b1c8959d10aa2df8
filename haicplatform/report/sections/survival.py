"""Time to events: curves, medians, rates, follow-up, restricted means, competing risks.

Belongs here: what the survival section says. Does not belong here: models with covariates (factors.py), drawing.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Paragraph, Part, Row, Run, Table, Text, say
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, Desk, words
from haicplatform.report.figures import draw_curves
from haicplatform.report.figures.drawing import figure

# between an endpoint's name and its tests, as wide in every format
SPACE = "\u2003"


def survival(it: Desk) -> list[Part]:
    """Follow-up, the curves, and the table of every endpoint."""
    if not it.endpoints:
        return []
    parts: list[Part] = [Heading(1, "survival", it.words("heading.survival")), *_follow_up(it)]
    parts += [made for endpoint in it.endpoints[:FIRST_ENDPOINTS] if (made := curve(it, endpoint))]
    parts.append(survival_table(it))
    parts += [made for endpoint in it.endpoints[FIRST_ENDPOINTS:] if (made := curve(it, endpoint))]
    restricted = rmst_table(it)
    return [*parts, *([restricted] if restricted else []), *competing(it)]


def _follow_up(it: Desk) -> list[Part]:
    for endpoint in it.endpoints:
        row = it.found.get("follow_up", "median_reverse_km", endpoint=endpoint, grp=ALL)
        if row is None:
            continue
        observed = it.found.get("follow_up", "median_observed", endpoint=endpoint, grp=ALL)
        of_all = {"reverse": it.numbers.months(row), "observed": it.numbers.months(observed, interval=False)}
        sentence = it.words.text("follow_up.sentence", **of_all)
        by_group = [
            say(
                f"{label} ", it.numbers.months(it.found.get("follow_up", "median_reverse_km", endpoint=endpoint, grp=g))
            )
            for g, label in it.groups()
        ]
        if len(by_group) > 1:
            joined = say(*[piece for place, text in enumerate(by_group) for piece in (", " if place else "", text)])
            sentence += it.words.text("follow_up.groups", groups=joined)
        p = it.found.get("follow_up", "p", endpoint=endpoint)
        if p is not None and p.value is not None:
            sentence += it.words.text("follow_up.p", p=it.numbers.p(p))
        return [Paragraph(sentence)]
    return []


def curve(it: Desk, endpoint: str, population: str = "pooled", suffix: str = "") -> Part | None:
    """The Kaplan-Meier figure of an endpoint, or None without a curve."""
    curves = draw_curves.curves_of(it, endpoint, population)
    if not curves:
        return None
    p = it.found.get("logrank", "p", endpoint=endpoint, population=population)
    title = it.names.endpoints[endpoint]
    shown = title if not suffix else it.words(f"figure.km_{suffix}", endpoint=title)
    name = f"km_{endpoint.lower()}{'_' + suffix if suffix else ''}"
    caption = it.words.text("caption.km_weighted" if suffix == "weighted" else "caption.km")
    height = it.names.curves[endpoint]
    return figure(
        name, shown, caption, it.salt, lambda data: draw_curves.kaplan_meier(it, curves, height, p, data)
    )  # fmt: skip


def survival_table(it: Desk, population: str = "pooled", name: str = "table-survival", title: str = "") -> Table:
    """n, events, median and rates of every endpoint and group, with the tests between groups."""
    months = it.study.rates_at_months
    # curves of weighted patients have no intervals
    bare = "_alone" if population == "weighted" else ""
    names = ("endpoint_group", "patients", "events", f"median{bare}")
    head = [words(it.words(f"head.{column}")) for column in names]
    head += [words(it.words(f"head.rate{bare}", month=f"{month:g}")) for month in months]
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        key = {"endpoint": endpoint, "population": population}
        if it.found.get("km", "n", grp=ALL, **key) is None and population != "weighted":
            continue
        lines: list[Row] = []
        for group in (ALL, *it.names.order) if len(it.names.order) > 1 else (ALL,):
            get = lambda statistic, at=None, g=group, k=key: it.found.get("km", statistic, grp=g, at=at, **k)  # noqa: E731
            rates = [get("rate", float(month)) for month in months]
            median = get("median")
            if median is None and get("n") is None:
                continue
            seen += [median, *rates]
            cells = [it.numbers.count(get("n")), it.numbers.count(get("events")), it.numbers.months(median)]
            cells += [it.numbers.rate(row) for row in rates]
            lines.append(Row((words(it.names.group(group)), *cells), "level"))
        fixed = [it.found.get("fixed_time", "p", at=float(month), **key) for month in months]
        if any(row is not None for row in fixed):
            compared = [it.numbers.p(row) for row in fixed]
            lines.append(Row((words(it.words("line.p_at")), (), (), (), *compared), "level"))
            seen += fixed
        rows += [Row((_endpoint(it, key),), "heading"), *lines] if lines else []
    notes = [it.words.text("note.survival")]
    if any(row is not None and row.value is not None and row.code == "beyond_last" for row in seen):
        notes.append(it.words.text("note.beyond"))
    others = [row for row in seen if row is not None and row.code not in ("beyond_last", "not_reached", "not reached")]
    missing = [_missing(it, endpoint) for endpoint in it.endpoints] if population == "pooled" else []
    notes += [text for text in missing if text]
    return Table(name, title or it.words("table.survival"), tuple(head), tuple(rows), (*notes, *it.sentences(*others)))


def _missing(it: Desk, endpoint: str) -> Text:
    row = it.found.get("km", "missing", endpoint=endpoint)
    if row is None or not row.value:
        return ()
    return it.words.text("note.without_time", n=it.numbers.count(row), endpoint=it.names.endpoints[endpoint])


def _endpoint(it: Desk, key: dict[str, str]) -> Text:
    """The endpoint's name and the tests of its groups, lighter."""
    text: list[Run] = list(words(it.names.endpoints[key["endpoint"]]))
    for analysis in ("logrank", "logrank_stratified"):
        p = it.found.get(analysis, "p", **key)
        if p is not None:
            shown = it.words.text(f"line.{analysis}", p=it.numbers.p(p))
            text += [Run(run.text, run.estimate_ids, "aside") for run in say(SPACE, shown)]
    return tuple(text)


def rmst_table(it: Desk) -> Table | None:
    """Restricted mean survival by group, their difference and ratio."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        frame = it.rows_of("rmst")
        frame = frame.filter((frame["endpoint"] == endpoint) & (frame["population"] == "pooled"))
        for at in frame["at"].drop_nulls().unique().sort():
            get = lambda name, g="", e=endpoint, a=at: it.found.get("rmst", name, endpoint=e, grp=g, at=a)  # noqa: E731
            means = [get("rmst", group) for group in it.names.order]
            seen += [*means, get("difference"), get("ratio")]
            label = words(it.words("line.rmst", endpoint=it.names.endpoints[endpoint], month=f"{at:g}"))
            cells = [it.numbers.with_interval(row, 1) for row in means]
            cells += [it.numbers.with_interval(get("difference"), 1), it.numbers.p_or_dash(get("difference_p"))]
            cells += [it.numbers.ratio(get("ratio")), it.numbers.p_or_dash(get("ratio_p"))]
            rows.append(Row((label, *cells)))
    if not rows:
        return None
    head = [words(it.words("head.endpoint_month")), *[words(label) for _, label in it.groups()]]
    head += [words(it.words("head.difference")), words("p"), words(it.words("head.ratio")), words("p")]
    notes = [it.words.text("note.rmst", compared=it.names.compared), *it.sentences(*seen)]
    return Table("table-rmst", it.words("table.rmst"), tuple(head), tuple(rows), tuple(notes))


def competing(it: Desk) -> list[Part]:
    """Cumulative incidences, Gray's test and Fine and Gray's model, for each endpoint that has them."""
    parts: list[Part] = []
    frame = it.rows_of("cuminc")
    endpoints = [e for e in it.study.endpoints if e in set(frame["endpoint"])]
    for endpoint in endpoints:
        title = it.words("figure.competing", endpoint=it.names.endpoints[endpoint])
        if any(
            it.found.curve("cif", analysis="cuminc", endpoint=endpoint, grp=g, term="event").height
            for g in it.names.order
        ):
            parts.append(
                figure(
                    f"cuminc_{endpoint.lower()}", title, it.words.text("caption.cuminc"), it.salt,
                    lambda data, e=endpoint: draw_curves.cumulative_incidence(it, e, data),
                )
            )  # fmt: skip
    if endpoints:
        parts.insert(0, Heading(2, "competing", it.words("heading.competing")))
        parts.append(_incidence_table(it, endpoints))
    return parts


def _incidence_table(it: Desk, endpoints: list[str]) -> Table:
    months = it.study.rates_at_months
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in endpoints:
        hr = it.found.get("fine_gray", "shr", endpoint=endpoint, term=it.exposure)
        p = it.found.get("fine_gray", "p", endpoint=endpoint, term=it.exposure)
        seen.append(hr)
        label: Text = words(it.names.endpoints[endpoint])
        if hr is not None:
            more = it.words.text("line.fine_gray", shr=it.numbers.ratio(hr), p=it.numbers.p_or_dash(p))
            label += tuple(Run(run.text, run.estimate_ids, "aside") for run in say(SPACE, more))
        rows.append(Row((label,), "heading"))
        for term in ("event", "competing"):
            gray = it.found.get("gray", "p", endpoint=endpoint, term=term)
            seen.append(gray)
            for place, (group, name) in enumerate(it.groups()):
                key = {"endpoint": endpoint, "grp": group, "term": term}
                rates = [it.found.get("cuminc", "rate", at=float(month), **key) for month in months]
                seen += rates
                cells = [
                    it.numbers.count(it.found.get("cuminc", "events", **key)),
                    *[it.numbers.rate(row) for row in rates],
                ]
                cells.append(it.numbers.p(gray) if place == 0 else ())
                line = it.words("line.incidence", event=it.words(f"cuminc.{term}"), group=name)
                rows.append(Row((words(line), *cells), "level"))
    head = [words(it.words("head.endpoint_group")), words(it.words("head.events"))]
    head += [words(it.words("head.incidence", month=f"{month:g}")) for month in months] + [words(it.words("head.gray"))]
    if any(row is not None and row.code == "beyond_last" for row in seen):
        beyond = [it.words.text("note.beyond")]
    else:
        beyond = []
    others = [row for row in seen if row is not None and row.code != "beyond_last"]
    notes = [it.words.text("note.competing", compared=it.names.compared), *beyond, *it.sentences(*others)]
    return Table("table-competing", it.words("table.competing"), tuple(head), tuple(rows), tuple(notes))
