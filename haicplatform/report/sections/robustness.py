"""How far the main result depends on choices: sensitivity analyses beside it, and propensity scores.

Belongs here: these two sections. Does not belong here: leaving hospitals out (hospitals.py).
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Figure, Heading, Part, Row, Table, Text
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, Desk, words
from haicplatform.report.figures import draw_forest
from haicplatform.report.figures.drawing import figure
from haicplatform.report.sections.changes import changes
from haicplatform.report.sections.patients import baseline_table
from haicplatform.report.sections.response import response_table
from haicplatform.report.sections.survival import curve, survival_table

SETS = ("matched", "weighted")


def sensitivity(it: Desk) -> list[Part]:
    """A line a variant: patients, ORR, and by endpoint the log-rank p and adjusted hazard ratio; then who changes."""
    variants = it.found.variants()
    if not variants:
        return []
    endpoints = it.endpoints[:FIRST_ENDPOINTS]
    head = [words(it.words("head.analysis")), words(it.words("head.patients"))]
    head += [words(it.words("head.orr", group=label)) for _, label in it.groups()]
    groups = [("", 2 + len(it.names.order))]
    for endpoint in endpoints:
        head += [words(it.words("head.events")), words(it.words("head.logrank")), words(it.words("head.adjusted_hr"))]
        groups.append((it.names.endpoints[endpoint], 3))
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for variant in ("main", *variants):
        get = lambda analysis, statistic, v=variant, **key: it.found.get(analysis, statistic, variant=v, **key)  # noqa: E731
        cells: list[Text] = [it.numbers.count(get("flow", "n", grp=ALL, term="included"))]
        for group in it.names.order:
            cells.append(it.numbers.plain(get("response", "pct", endpoint="BOR", grp=group, term="ORR"), 1))
        for endpoint in endpoints:
            key = {"endpoint": endpoint}
            hr = get("cox_multivariable", "hr", term=it.exposure, **key)
            seen.append(hr)
            cells.append(it.numbers.count(get("km", "events", grp=ALL, **key)))
            cells += [it.numbers.p(get("logrank", "p", **key)), it.numbers.ratio(hr)]
        is_main = variant == "main"
        label = it.words("line.main") if is_main else it.names.variants.get(variant, variant)
        rows.append(Row((words(label), *cells), "total" if is_main else ""))
    notes = (it.words.text("note.sensitivity", compared=it.names.compared), *it.sentences(*seen))
    table = Table("table-sensitivity", it.words("table.sensitivity"), tuple(head), tuple(rows), notes, tuple(groups))
    changed = changes(it)
    return [Heading(1, "sensitivity", it.words("heading.sensitivity")), table, *([changed] if changed else [])]


def propensity(it: Desk) -> list[Part]:
    """For each set that a propensity score makes: balance, baseline, response, survival, hazard ratios."""
    found = [population for population in SETS if it.found.terms("propensity", "smd_after", population=population)]
    if not found:
        return []
    parts: list[Part] = [Heading(1, "propensity", it.words("heading.propensity")), _sizes(it, found)]
    for population in found:
        parts.append(_love(it, population))
        if population == "matched":
            if it.found.get("baseline", "n", population=population, grp=ALL, term="patients") is not None:
                parts.append(
                    baseline_table(it, population, "table-baseline-matched", it.words("table.baseline_matched"))
                )
            if (
                it.found.get("response", "n", population=population, endpoint="BOR", grp=ALL, term="patients")
                is not None
            ):
                parts.append(response_table(it, "BOR", population, "table-response-matched"))
        for endpoint in it.endpoints[:FIRST_ENDPOINTS]:
            made = curve(it, endpoint, population, population)
            parts += [made] if made else []
        title = it.words(f"table.survival_{population}")
        table = survival_table(it, population, f"table-survival-{population}", title)
        parts += [table] if table.rows else []
    return [*parts, _ratios(it, found)]


def _sizes(it: Desk, found: list[str]) -> Table:
    """How many entered, were matched or weighted, by group."""
    rows = []
    for population in found:
        rows.append(Row((words(it.words(f"population.{population}")),), "heading"))
        for statistic, digits in (("n_before", 0), ("n", 0), ("n_unmatched", 0), ("pairs", 0), ("ess", 1)):
            cells = [
                it.found.get("propensity", statistic, population=population, grp=g, term="patients") for g in it.columns
            ]
            if any(row is not None for row in cells):
                shown = tuple(it.numbers.plain(row, digits) for row in cells)
                rows.append(Row((words(it.words(f"line.{statistic}")), *shown), "level"))
    head = [words(it.words("head.patients")), *[words(it.names.group(group)) for group in it.columns]]
    models = [it.found.get("propensity", "concordance", population=p, term="model") for p in found]
    notes = [it.words.text("note.concordance", c=it.numbers.plain(row, 3)) for row in models[:1] if row is not None]
    caliper = [it.found.get("propensity", "caliper", population=p, term="model") for p in found]
    notes += [it.words.text("note.caliper", caliper=it.numbers.plain(row, 3)) for row in caliper[:1] if row is not None]
    missing = [it.found.get("propensity", "missing", population=p, term="model") for p in found]
    notes += [it.words.text("note.ps_missing", n=it.numbers.count(row)) for row in missing[:1] if row is not None]
    return Table("table-propensity", it.words("table.propensity"), tuple(head), tuple(rows), tuple(notes))


def _love(it: Desk, population: str) -> Figure:
    key = {"population": population}
    terms = it.found.terms("propensity", "smd_after", **key)
    lines = []
    limit: float | None = None
    for term in terms:
        before, after = (it.found.get("propensity", f"smd_{when}", term=term, **key) for when in ("before", "after"))
        label = it.words("line.distance") if term == "distance" else _term(it, term)
        lines.append((label, before, after))
        if after is not None and after.code == "unbalanced" and limit is None:
            limit = _number(after.detail)
    caption = it.words.text("caption.love")
    for sentence in it.sentences(*[row for _, _, row in lines]):
        caption = (*caption, *words(" "), *sentence)
    title = it.words(f"figure.love_{population}")
    return figure(f"love_{population}", title, caption, it.salt, lambda data: draw_forest.love(it, lines, limit, data))


def _term(it: Desk, term: str) -> str:
    name, mark, _ = term.partition("=")
    variable = it.names.variable(name)
    return it.words("figure.one_level", variable=variable, level=it.names.level(term)) if mark else variable


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _ratios(it: Desk, found: list[str]) -> Table:
    """The exposure's hazard ratio before and after, by endpoint."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        lines = []
        for population in ("pooled", *found):
            key = {"population": population, "endpoint": endpoint}
            hr, p = (it.found.get("cox_univariable", s, term=it.exposure, **key) for s in ("hr", "p"))
            if hr is None:
                continue
            seen.append(hr)
            n, events = (it.found.get("cox_univariable", s, term="model", **key) for s in ("n", "events"))
            if population == "pooled":
                n, events = (it.found.get("km", s, grp=ALL, **key) for s in ("n", "events"))
            counts = it.numbers.of(events, n) if n is not None else NONE
            logrank = it.numbers.p_or_dash(it.found.get("logrank", "p", **key))
            cells = (counts, it.numbers.ratio(hr), it.numbers.p_or_dash(p), logrank)
            lines.append(Row((words(it.words(f"population.{population}")), *cells), "level"))
        if len(lines) > 1:
            rows += [Row((words(it.names.endpoints[endpoint]),), "heading"), *lines]
    names = ("set", "events_patients", "hr")
    head = [*[words(it.words(f"head.{name}")) for name in names], words("p"), words(it.words("head.logrank"))]
    notes = (it.words.text("note.ps_hr", compared=it.names.compared), *it.sentences(*seen))
    return Table("table-propensity-hr", it.words("table.propensity_hr"), tuple(head), tuple(rows), notes)
