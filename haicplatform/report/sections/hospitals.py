"""What stands by hospital: the flow, outcomes, curves, the hospitals pooled, and each of them left out.

Belongs here: lines a hospital, with small counts masked. Does not belong here: pooled tables.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Figure, Heading, Paragraph, Part, Row, Table, Text
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, Desk, words
from haicplatform.report.figures import draw_curves, draw_forest
from haicplatform.report.figures.draw_forest import Line
from haicplatform.report.figures.drawing import figure
from haicplatform.report.sections.patients import reasons
from haicplatform.report.sections.response import masked_note

POOLINGS = ("pooled_fixed", "pooled_dl", "pooled", "pooled_adhoc")


def hospitals(it: Desk) -> list[Part]:
    """Where there is more than one hospital: flow, curves, tables and forest plots."""
    if len(it.found.populations("flow")) < 2:
        return []
    parts: list[Part] = [Heading(1, "hospitals", it.words("heading.hospitals"))]
    parts += [Paragraph(it.words.text("hospitals.lead")), flow_table(it)]
    for endpoint in it.endpoints[:FIRST_ENDPOINTS]:
        parts += [made for made in (_curves(it, endpoint), _table(it, endpoint), _forest(it, endpoint)) if made]
    made = [_pooling(it), _leave_out(it)]
    return [*parts, *[table for table in made if table]]


def flow_table(it: Desk) -> Table:
    """A line a hospital: assessed, left out by reason, analysed by group."""
    terms = [term for term, _ in reasons(it)]
    head = ["hospital", "assessed"]
    labels = [*[it.words(f"head.{name}") for name in head], *[it.names.exclusion(t.partition("=")[2]) for t in terms]]
    labels += [it.words("head.excluded"), it.words("head.included")]
    several = it.names.order if len(it.names.order) > 1 else ()
    labels += [it.names.group(group) for group in several]
    groups = [
        ("", 2),
        (it.words("head.left_out"), len(terms) + 1),
        ("", 1),
        (it.words("treatment_group"), len(several)),
    ]
    rows = []
    for population in [*[f"site:{site}" for site in it.found.populations("flow")], "pooled"]:
        get = lambda term, grp="", p=population: it.found.get("flow", "n", population=p, term=term, grp=grp)  # noqa: E731
        found = [get("assessed"), *[get(t) for t in terms], get("excluded"), get("included", ALL)]
        found += [get("included", group) for group in several]
        below = 0 if population == "pooled" else it.mask
        cells = [it.numbers.count(row, below) for row in found]
        rows.append(Row((words(it.place(population)), *cells), "total" if population == "pooled" else ""))
    return Table(
        "table-flow",
        it.words("table.flow"),
        tuple(words(label) for label in labels),
        tuple(rows),
        (it.words.text("note.flow"), *masked_note(it)),
        tuple(group for group in groups if group[1]),
    )


def _curves(it: Desk, endpoint: str) -> Figure | None:
    panels = []
    for site in it.found.populations():
        population = f"site:{site}"
        curves = draw_curves.curves_of(it, endpoint, population)
        if curves:
            p = it.found.get("logrank", "p", endpoint=endpoint, population=population)
            panels.append((it.site(site), curves, p))
    if not panels:
        return None
    title = it.words("figure.by_hospital", endpoint=it.names.endpoints[endpoint])
    caption = it.words.text("caption.by_hospital")
    name = f"km_{endpoint.lower()}_by_hospital"
    return figure(name, title, caption, it.salt, lambda data: draw_curves.small_multiples(it, panels, data))


def _table(it: Desk, endpoint: str) -> Table | None:
    """n, events and median by group, log-rank p and hazard ratio of each hospital; all of them pooled."""
    if not it.found.populations():
        return None
    compares = len(it.names.order) == 2
    head = [words(it.words("head.hospital"))]
    head += [words(it.words("head.events_patients")), words(it.words("head.median_ci"))] * len(it.names.order)
    groups = [("", 1), *[(label, 2) for _, label in it.groups()]]
    if compares:
        head += [words(it.words("head.logrank")), words(it.words("head.hr"))]
        groups.append(("", 2))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for population in [*[f"site:{site}" for site in it.found.populations()], "pooled"]:
        key = {"population": population, "endpoint": endpoint}
        below = 0 if population == "pooled" else it.mask
        cells: list[Text] = []
        for group in it.names.order:
            n, events, median = (it.found.get("km", s, grp=group, **key) for s in ("n", "events", "median"))
            cells += [it.numbers.of(events, n, below), it.numbers.months(median)]
            seen.append(median)
        if compares:
            hr = it.found.get("cox_univariable", "hr", term=it.exposure, **key)
            hr = hr or it.found.get("cox_univariable", "hr", term="group", **key)
            cells += [it.numbers.p_or_dash(it.found.get("logrank", "p", **key)), it.numbers.ratio(hr)]
            seen.append(hr)
        rows.append(Row((words(it.place(population)), *cells), "total" if population == "pooled" else ""))
    notes = [it.words.text("note.unadjusted", compared=it.names.compared)] if compares else []
    others = [row for row in seen if row is not None and row.code not in ("not_reached", "not reached")]
    notes += [it.words.text("note.nr"), *masked_note(it), *it.sentences(*others)]
    title = it.words("table.hospital", endpoint=it.names.endpoints[endpoint])
    return Table(f"table-hospital-{endpoint.lower()}", title, tuple(head), tuple(rows), tuple(notes), tuple(groups))


def _forest(it: Desk, endpoint: str) -> Figure | None:
    """A line a hospital, the pooled diamonds and the prediction interval; heterogeneity in the caption."""

    def get(analysis: str, statistic: str, grp: str = "") -> Estimate | None:
        return it.found.get(analysis, statistic, endpoint=endpoint, grp=grp, term=it.exposure)

    sites = it.found.groups("by_hospital", "hr", endpoint=endpoint)
    if not sites:
        return None
    lines = []
    for site in sites:
        detail = it.numbers.of(get("by_hospital", "events", site), get("by_hospital", "n", site), it.mask)
        lines.append(Line(it.site(site), get("by_hospital", "hr", site), detail=detail))
    pooled = get("pooled", "hr")
    if pooled is not None:
        for analysis in ("pooled", "pooled_adhoc"):
            if (summary := get(analysis, "hr")) is not None:
                lines.append(Line(it.words(f"model.{analysis}"), summary, get(analysis, "p"), kind="summary"))
    prediction = get("pooled_adhoc", "prediction") or get("pooled", "prediction")
    if prediction is not None and prediction.ci_low is not None:
        lines.append(Line(it.words("figure.prediction"), prediction, kind="prediction"))
    one = get("cox_univariable_stratified", "hr")
    if one is not None:
        p = get("cox_univariable_stratified", "p")
        lines.append(Line(it.words("model.cox_univariable_stratified"), one, p, kind="summary"))
    caption = it.words.text("caption.forest_hospital", compared=it.names.compared)
    i2, tau2, q_p = (get("pooled", statistic) for statistic in ("i2", "tau2", "q_p"))
    if i2 is not None and i2.value is not None:
        given = {"i2": it.numbers.plain(i2, 0), "tau2": it.numbers.plain(tau2, 3), "p": it.numbers.p(q_p)}
        caption += it.words.text("caption.heterogeneity", **given)
    interaction = it.found.get("interaction", "p", endpoint=endpoint, term="site")
    if interaction is not None:
        caption += it.words.text("caption.interaction", p=it.numbers.p(interaction))
    for sentence in it.sentences(*[line.estimate for line in lines]):
        caption = (*caption, *words(" "), *sentence)
    title = it.words("figure.forest_hospital", endpoint=it.names.endpoints[endpoint])
    return drawn(it, f"forest_{endpoint.lower()}_by_hospital", title, caption, lines, endpoint, detail=True)


def drawn(
    it: Desk,
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
    low, high = better(it, endpoint)
    head = it.words("figure.events_patients") if detail else ""
    return figure(
        name, title, caption, it.salt,
        lambda data: draw_forest.forest(it, lines, low, high, head, p_head, data),
    )  # fmt: skip


def better(it: Desk, endpoint: str) -> tuple[str, str]:
    """The words under the two halves of the axis."""
    return it.words("figure.better", endpoint=endpoint), it.words("figure.worse", endpoint=endpoint)


def _pooling(it: Desk) -> Table | None:
    """The hospitals pooled in each way, with heterogeneity."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        get = lambda analysis, statistic, e=endpoint: it.found.get(analysis, statistic, endpoint=e, term=it.exposure)  # noqa: E731
        found = [analysis for analysis in POOLINGS if get(analysis, "hr") is not None]
        if len(found) < 2:
            continue
        rows.append(Row((words(it.names.endpoints[endpoint]),), "heading"))
        for analysis in found:
            hr = get(analysis, "hr")
            seen.append(hr)
            cells = [it.numbers.ratio(hr), it.numbers.p_or_dash(get(analysis, "p"))]
            spread = get(analysis, "prediction")
            cells.append(() if spread is None else it.numbers.ratio(spread))
            for name, digits in (("tau2", 3), ("i2", 1)):
                cells.append(it.numbers.plain(get(analysis, name), digits) if analysis == "pooled" else ())
            rows.append(Row((words(it.words(f"model.{analysis}")), *cells), "level"))
    if not rows:
        return None
    head = [words(it.words("head.method")), words(it.words("head.hr")), words("p"), words(it.words("head.prediction"))]
    head += [words("τ²"), words("I², %")]
    notes = (it.words.text("note.pooling", compared=it.names.compared), *it.sentences(*seen))
    return Table("table-pooling", it.words("table.pooling"), tuple(head), tuple(rows), notes)


def _leave_out(it: Desk) -> Table | None:
    """The main results again without each hospital in turn."""
    sites = it.found.populations("cox_univariable", "leave_out:")
    if not sites:
        return None
    head = [words(it.words("head.without"))]
    groups = [("", 1)]
    endpoints = it.endpoints[:FIRST_ENDPOINTS]
    for endpoint in endpoints:
        head += [
            words(it.words("head.logrank")),
            words(it.words("head.unadjusted_hr")),
            words(it.words("head.adjusted_hr")),
        ]
        head.append(words(it.words("head.pooled_hr")))
        groups.append((it.names.endpoints[endpoint], 4))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for population in ["pooled", *[f"leave_out:{site}" for site in sites]]:
        cells: list[Text] = []
        for endpoint in endpoints:
            key = {"population": population, "endpoint": endpoint}
            found = [
                it.found.get(a, "hr", term=it.exposure, **key)
                for a in ("cox_univariable", "cox_multivariable", "pooled")
            ]
            seen += found
            cells += [it.numbers.p(it.found.get("logrank", "p", **key)), *[it.numbers.ratio(row) for row in found]]
        is_all = population == "pooled"
        label = it.words("line.none_left_out") if is_all else it.site(population.partition(":")[2])
        rows.append(Row((words(label), *cells), "total" if is_all else ""))
    notes = (it.words.text("note.leave_out", compared=it.names.compared), *it.sentences(*seen))
    return Table("table-leave-out", it.words("table.leave_out"), tuple(head), tuple(rows), notes, tuple(groups))
