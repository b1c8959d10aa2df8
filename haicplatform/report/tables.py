"""The tables of a report, as cells ready to be written.

Belongs here: which estimates stand in which row and column. Does not belong here: formatting of a number
(numbers.py), markup of a page (templates).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from haicplatform.estimation.response import CATEGORIES
from haicplatform.report import labels, numbers
from haicplatform.report.labels import Names
from haicplatform.report.lookup import Estimates
from haicplatform.report.numbers import NOTHING


@dataclass(frozen=True)
class Row:
    """One line: its cells, the first is the row's name. kind: '', heading, level or total."""

    cells: list[str | Markup]
    kind: str = ""


@dataclass
class Table:
    """head: the column names; `groups` a line above them as (text, columns) pairs."""

    name: str
    title: str
    head: list[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str | Markup] = field(default_factory=list)
    groups: list[tuple[str, int]] = field(default_factory=list)


def baseline_table(estimates: Estimates, names: Names, variables: tuple) -> Table:
    """Table 1: numbers as mean ± SD and median (quartiles), levels as n (%)."""
    columns = [*names.order, "all"]
    get = lambda statistic, **key: estimates.get("baseline", statistic, **key)  # noqa: E731
    head = ["Characteristic"]
    for group in columns:
        n = get("n", grp=group, term="patients")
        head.append(f"{names.group(group)} (n = {numbers.fixed(n.value if n else None, 0)})")
    table = Table("table-1", "Baseline characteristics by treatment group", [*head, "p", "SMD"])
    used: dict[str, str] = {}
    for variable in variables:
        name = variable.name
        p, smd = get("p", term=name), get("smd", term=name)
        mark = ""
        if p is not None and p.method:
            mark = labels.METHOD_MARKS.get(p.method, "")
            used[mark] = labels.METHODS.get(p.method, p.method)
        last = [
            numbers.p_value(p) + Markup("<sup>{}</sup>").format(mark) if p is not None else Markup(NOTHING),
            numbers.tagged(numbers.fixed(abs(smd.value), 2), smd) if smd and smd.value is not None else NOTHING,
        ]
        table.rows.append(Row([variable.label, *[""] * len(columns), *last], "heading"))
        if variable.kind == "continuous":
            table.rows.append(
                _line(
                    "Mean ± SD",
                    [numbers.mean_sd(get("mean", grp=g, term=name), get("sd", grp=g, term=name)) for g in columns],
                )
            )
            quarters = [[get(s, grp=g, term=name) for s in ("median", "q1", "q3")] for g in columns]
            table.rows.append(_line("Median (quartiles)", [numbers.quartiles(*three) for three in quarters]))
        else:
            for term in (t for t in estimates.terms("baseline", "pct", grp="all") if t.partition("=")[0] == name):
                cells = [numbers.count_share(get("n", grp=g, term=term), get("pct", grp=g, term=term)) for g in columns]
                table.rows.append(_line(names.level(term), cells))
        missing = [get("missing", grp=group, term=name) for group in columns]
        if any(row is not None and row.value for row in missing):
            table.rows.append(_line("Not known", [numbers.count(row) for row in missing]))
    tests = "; ".join(f"{mark} {text}" for mark, text in sorted(used.items()) if mark)
    table.notes = [
        "Values are n (% of patients with a known value) unless stated.",
        f"p: {tests}." if tests else "",
        "SMD: absolute standardised difference between the groups.",
    ]
    return table


def response_table(estimates: Estimates, names: Names, parameter: str, title: str, name: str) -> Table:
    """Best overall response by group, with ORR and DCR."""
    columns = [*names.order, "all"]
    get = lambda statistic, **key: estimates.get("response", statistic, endpoint=parameter, **key)  # noqa: E731
    head = ["Best overall response"]
    for group in columns:
        n = get("n", grp=group, term="patients")
        head.append(f"{names.group(group)} (n = {numbers.fixed(n.value if n else None, 0)})")
    table = Table(name, title, [*head, "p"])
    methods = set()
    for category in CATEGORIES:
        counts = [get("n", grp=group, term=category) for group in columns]
        if not any(row is not None and row.value for row in counts) and category in ("NON-CR/NON-PD", "MISSING"):
            continue
        cells = [
            numbers.count_share(row, get("pct", grp=g, term=category)) for row, g in zip(counts, columns, strict=True)
        ]
        table.rows.append(Row([labels.RESPONSES[category], *cells, ""]))
    for rate in ("ORR", "DCR"):
        p = get("p", term=rate)
        if p is not None and p.method:
            methods.add(labels.METHODS.get(p.method, p.method))
        counts = [numbers.count_share(get("n", grp=g, term=rate), get("pct", grp=g, term=rate)) for g in columns]
        table.rows.append(Row([labels.RESPONSES[rate], *counts, numbers.p_value(p)], "total"))
        intervals = []
        for group in columns:
            row = get("pct", grp=group, term=rate)
            shown = row is not None and row.ci_low is not None
            intervals.append(numbers.tagged(f"{row.ci_low:.1f}–{row.ci_high:.1f}", row) if shown else NOTHING)
        table.rows.append(Row(["95% CI, %", *intervals, ""], "level"))
    table.notes = [
        "Values are n (%). Every treated patient is in the denominator; intervals are Clopper-Pearson.",
        f"p: {', '.join(sorted(methods))}." if methods else "",
    ]
    return table


def survival_table(estimates: Estimates, names: Names, endpoints: list[str], months: tuple[float, ...]) -> Table:
    """n, events, median and rates of every endpoint and group, with the tests between groups."""
    head = ["Endpoint and group", "Patients", "Events", "Median, months (95% CI)"]
    head += [f"{month:g}-month rate, % (95% CI)" for month in months]
    table = Table("table-3", "Time-to-event endpoints", head)
    beyond = False
    for endpoint in endpoints:
        tests = [("Log-rank p", estimates.get("logrank", "p", endpoint=endpoint))]
        tests.append(("stratified by hospital p", estimates.get("logrank_stratified", "p", endpoint=endpoint)))
        shown = Markup("; ").join(
            Markup("{} {}").format(text, numbers.p_value(p)) for text, p in tests if p is not None
        )
        title = Markup("{} <span class='aside'>{}</span>").format(names.endpoints.get(endpoint, endpoint), shown)
        table.rows.append(Row([title, *[""] * (len(head) - 1)], "heading wide"))
        for group in ("all", *names.order):
            key = {"endpoint": endpoint, "grp": group}
            rates = [estimates.get("km", "rate", at=float(month), **key) for month in months]
            beyond |= any(row is not None and row.status != "ok" for row in rates)
            cells = [numbers.count(estimates.get("km", s, **key)) for s in ("n", "events")]
            table.rows.append(
                Row(
                    [
                        names.group(group),
                        *cells,
                        numbers.median_months(estimates.get("km", "median", **key)),
                        *[numbers.rate(row) for row in rates],
                    ],
                    "level",
                )
            )
        fixed = [estimates.get("fixed_time", "p", endpoint=endpoint, at=float(month)) for month in months]
        if any(row is not None for row in fixed):
            compared = [numbers.p_value(row) if row is not None else NOTHING for row in fixed]
            table.rows.append(Row(["p at that time", "", "", "", *compared], "level"))
    table.notes = [
        "NR, not reached. Intervals: log transform of the survival (R’s default).",
        "p at a fixed time: complementary log-log transform.",
    ]
    if beyond:
        table.notes.append("* the time lies after the last observed time; the curve is carried on.")
    return table


def cox_table(estimates: Estimates, names: Names, endpoint: str, name: str, title: str) -> Table:
    """Univariable and multivariable hazard ratios side by side, and the stratified model where there is one."""
    get = lambda analysis, statistic, term: estimates.get(analysis, statistic, endpoint=endpoint, term=term)  # noqa: E731
    analyses = ["cox_univariable", "cox_multivariable"]
    has_strata = estimates.get("cox_multivariable_stratified", "n", endpoint=endpoint, term="model") is not None
    if has_strata:
        analyses.append("cox_multivariable_stratified")
    table = Table(name, title, ["Covariate", "Events / patients", *["HR (95% CI)", "p"] * len(analyses)])
    table.groups = [("", 2), ("Univariable", 2), ("Multivariable", 2)]
    if has_strata:
        table.groups.append(("Multivariable, stratified by hospital", 2))
    for variable in estimates.terms("cox_multivariable", "included", endpoint=endpoint):
        listed = get("cox_multivariable", "included", variable)
        left_out = listed is not None and not listed.value
        number = get("cox_univariable", "hr", variable)
        if number is not None:
            cells = [NOTHING if number.value is None else "per unit"]
            table.rows.append(
                Row([names.variable(variable), *cells, *_pairs(get, analyses, variable, left_out, listed)])
            )
            continue
        table.rows.append(Row([names.variable(variable), *[""] * (len(table.head) - 1)], "heading"))
        terms = [
            t
            for t in estimates.terms("cox_univariable", "n", endpoint=endpoint)
            if t.partition("=")[0] == variable and "=" in t
        ]
        for place, term in enumerate(terms):
            events, n = get("cox_univariable", "events", term), get("cox_univariable", "n", term)
            counts = numbers.tagged(f"{events.value:.0f} / {n.value:.0f}", events, n) if events and n else NOTHING
            if place == 0:
                reference = ["1 (reference)", ""]
                other = ["", ""] if left_out else reference
                cells = [*reference, *other * (len(analyses) - 1)]
            else:
                cells = _pairs(get, analyses, term, left_out, listed)
            table.rows.append(Row([names.level(term), counts, *cells], "level"))
    notes = []
    for analysis, text in (
        ("cox_multivariable", "Multivariable model"),
        ("cox_multivariable_stratified", "Stratified model"),
    ):
        n, events = get(analysis, "n", "model"), get(analysis, "events", "model")
        c = get(analysis, "concordance", "model")
        if n is not None:
            index = numbers.tagged(numbers.fixed(c.value, 3), c) if c is not None and c.value is not None else NOTHING
            notes.append(
                Markup("{}: {} patients, {} events, concordance {}.").format(
                    text, numbers.count(n), numbers.count(events), index
                )
            )
    ph = estimates.get("proportional_hazards", "p", endpoint=endpoint, term="GLOBAL")
    if ph is not None:
        notes.append(
            Markup("Proportional hazards, multivariable model: global p {} (score test).").format(numbers.p_value(ph))
        )
    dash = "A dash in the multivariable columns: the covariate did not enter, by its univariable p or as it says."
    table.notes = [*notes, dash]
    return table


def _pairs(get, analyses: list[str], term: str, left_out: bool, listed) -> list[str | Markup]:
    cells: list[str | Markup] = []
    for analysis in analyses:
        hr, p = get(analysis, "hr", term), get(analysis, "p", term)
        if analysis != "cox_univariable" and left_out:
            note = listed.note if analysis == "cox_multivariable" else ""
            cells += [Markup('{} <span class="why">{}</span>').format(NOTHING, _short(note)), ""]
        else:
            cells += [
                numbers.hazard_ratio(hr),
                numbers.p_value(p) if p is not None and p.value is not None else NOTHING,
            ]
    return cells


def _short(note: str) -> str:
    return "" if note.startswith("univariable p") else note


def _line(label: str, cells: list[Markup]) -> Row:
    return Row([label, *cells, "", ""], "level")
