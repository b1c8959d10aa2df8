"""Models with covariates: their tables, forest plots, proportional hazards, subgroups and interactions.

Belongs here: what the section on factors says. Does not belong here: hospitals (hospitals.py), fitting.
"""

from __future__ import annotations

from collections.abc import Callable

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Part, Row, Run, Table, Text
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, ReportContext, words
from haicplatform.report.figures.draw_forest import Line
from haicplatform.report.sections.hospitals import drawn

# (analysis, statistic, term) -> an estimate of one endpoint
Get = Callable[[str, str, str], Estimate | None]
# the columns of hazard ratios, each where it has estimates
MODELS = ("cox_univariable", "cox_multivariable", "cox_multivariable_stratified")
# models whose result for the exposure stands in the table of further models
FURTHER = (
    "cox_univariable", "cox_univariable_stratified", "cox_univariable_firth", "cox_multivariable",
    "cox_multivariable_stratified", "cox_multivariable_site", "cox_multivariable_cluster", "cox_multivariable_firth",
    "cox_complete_case", "cox_multiple_imputation",
)  # fmt: skip


def factors(ctx: ReportContext) -> list[Part]:
    """For each of the first endpoints its table and forest plots; then the checks of the models."""
    parts: list[Part] = []
    for endpoint in ctx.endpoints:
        is_first = endpoint in ctx.endpoints[:FIRST_ENDPOINTS]
        if ctx.found.terms("cox_multivariable", "included", endpoint=endpoint) and is_first:
            parts.append(cox_table(ctx, endpoint))
            parts += [made for analysis in MODELS[:2] if (made := model_forest(ctx, endpoint, analysis))]
    further = further_models(ctx)
    hazards = proportional_hazards(ctx)
    parts += [table for table in (further, hazards) if table]
    parts += subgroups(ctx)
    return [Heading(1, "factors", ctx.words("heading.factors")), *parts] if parts else []


def _of(ctx: ReportContext, endpoint: str) -> Get:
    return lambda analysis, statistic, term: ctx.found.get(analysis, statistic, endpoint=endpoint, term=term)


def levels(ctx: ReportContext, endpoint: str, variable: str) -> list[str]:
    """The terms `variable=level` of a category, the reference first; none for a number."""
    terms = ctx.found.terms("cox_univariable", "n", endpoint=endpoint)
    terms = [term for term in terms if term.partition("=")[0] == variable and "=" in term]
    first = set(ctx.found.terms("cox_univariable", "reference", endpoint=endpoint))
    return sorted(terms, key=lambda term: term not in first)


def cox_table(ctx: ReportContext, endpoint: str) -> Table:
    """Univariable and multivariable hazard ratios side by side, and the stratified model where there is one."""
    get = _of(ctx, endpoint)
    analyses = [a for a in MODELS if a == MODELS[0] or ctx.found.terms(a, "hr", endpoint=endpoint)]
    head = [words(ctx.words("head.covariate")), words(ctx.words("head.events_patients"))]
    head += [words(ctx.words("head.hr")), words("p")] * len(analyses)
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    left_out: list[Text] = []
    for variable in ctx.found.terms("cox_multivariable", "included", endpoint=endpoint):
        listed = get("cox_multivariable", "included", variable)
        is_out = listed is not None and listed.value == 0
        if listed is not None and is_out and listed.code not in ("ok", "above_screen"):
            left_out.append(_left_out(ctx, variable, listed))
        terms = levels(ctx, endpoint, variable)
        if not terms:
            cells = _pairs(ctx, get, analyses, variable, is_out, seen)
            unit = NONE if get("cox_univariable", "hr", variable) is None else words(ctx.words("line.per_unit"))
            rows.append(Row((words(ctx.names.variable(variable)), unit, *cells)))
            continue
        rows.append(Row((words(ctx.names.variable(variable)), *[()] * (len(head) - 1)), "heading"))
        for place, term in enumerate(terms):
            events, n = get("cox_univariable", "events", term), get("cox_univariable", "n", term)
            counts = ctx.numbers.of(events, n)
            if place == 0:
                cells = [words(ctx.words("line.reference")), ()]
                cells += [() if is_out else words(ctx.words("line.reference")), ()] * (len(analyses) - 1)
            else:
                cells = _pairs(ctx, get, analyses, term, is_out, seen)
            rows.append(Row((words(ctx.names.level(term)), counts, *cells), "level"))
    notes = [*_model_notes(ctx, get, analyses), ctx.words.text("note.cox_dash"), *left_out]
    title = ctx.words("table.cox", endpoint=ctx.names.endpoints[endpoint])
    groups = [("", 2), *[(ctx.words(f"model.{analysis}"), 2) for analysis in analyses]]
    notes += ctx.sentences(*seen)
    return Table(f"table-cox-{endpoint.lower()}", title, tuple(head), tuple(rows), tuple(notes), tuple(groups))


def _pairs(
    ctx: ReportContext, get: Get, analyses: list[str], term: str, is_out: bool, seen: list[Estimate | None]
) -> list[Text]:
    cells: list[Text] = []
    for analysis in analyses:
        hr, p = get(analysis, "hr", term), get(analysis, "p", term)
        if analysis != MODELS[0] and is_out:
            cells += [NONE, ()]
        else:
            cells += [ctx.numbers.ratio(hr), ctx.numbers.p_or_dash(p)]
            seen.append(hr)
    return cells


def _left_out(ctx: ReportContext, variable: str, listed: Estimate) -> Text:
    """Why a covariate did not enter although it was not screened out."""
    why = Run(ctx.names.sentence(listed.status), (listed.estimate_id,))
    return ctx.words.text("note.left_out", variable=ctx.names.variable(variable), why=why)


def _model_notes(ctx: ReportContext, get: Get, analyses: list[str]) -> list[Text]:
    notes = []
    for analysis in analyses[1:]:
        n, events, c = (get(analysis, statistic, "model") for statistic in ("n", "events", "concordance"))
        if n is not None:
            given = {"n": ctx.numbers.count(n), "events": ctx.numbers.count(events), "c": ctx.numbers.plain(c, 3)}
            notes.append(ctx.words.text("note.model", model=ctx.words(f"model.{analysis}"), **given))
    return notes


def model_forest(ctx: ReportContext, endpoint: str, analysis: str) -> Part | None:
    """The hazard ratios of one kind of model as a forest plot; None where there is not one."""
    get = _of(ctx, endpoint)
    lines = []
    variables = ctx.found.terms("cox_multivariable", "included", endpoint=endpoint)
    for variable in variables:
        terms = levels(ctx, endpoint, variable)
        if not terms and get(analysis, "hr", variable) is not None:
            hr = get(analysis, "hr", variable)
            lines.append(Line(ctx.names.variable(variable), hr, _p(get(analysis, "p", variable))))
        for term in terms[1:]:
            hr = get(analysis, "hr", term)
            if hr is not None:
                versus = {"level": ctx.names.level(term), "reference": ctx.names.level(terms[0])}
                label = ctx.words("figure.level", variable=ctx.names.variable(variable), **versus)
                lines.append(Line(label, hr, _p(get(analysis, "p", term))))
    if not any(line.estimate is not None and line.estimate.value for line in lines):
        return None
    kind = analysis.removeprefix("cox_")
    title = ctx.words(f"figure.forest_{kind}", endpoint=ctx.names.endpoints[endpoint])
    return drawn(
        ctx, f"forest_{endpoint.lower()}_{kind}", title, ctx.words.text(f"caption.forest_{kind}"), lines, endpoint
    )


def _p(row: Estimate | None) -> Estimate | None:
    return row if row is not None and row.value is not None else None


def further_models(ctx: ReportContext) -> Table | None:
    """The exposure's hazard ratio in every kind of model that was fitted, by endpoint."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        get = _of(ctx, endpoint)
        found = [a for a in FURTHER if get(a, "hr", ctx.exposure) is not None]
        if len(found) < 3:
            continue
        rows.append(Row((words(ctx.names.endpoints[endpoint]),), "heading"))
        for analysis in found:
            hr, n, events = (
                get(analysis, "hr", ctx.exposure),
                get(analysis, "n", "model"),
                get(analysis, "events", "model"),
            )
            if analysis == MODELS[0]:  # of every patient with a time
                n, events = (ctx.found.get("km", name, endpoint=endpoint, grp=ALL) for name in ("n", "events"))
            seen.append(hr)
            counts = ctx.numbers.of(events, n)
            cells = (counts, ctx.numbers.ratio(hr), ctx.numbers.p_or_dash(get(analysis, "p", ctx.exposure)))
            rows.append(Row((words(ctx.words(f"model.{analysis}")), *cells), "level"))
    if not rows:
        return None
    names = ("model", "events_patients", "hr")
    head = (*[words(ctx.words(f"head.{name}")) for name in names], words("p"))
    notes = (ctx.words.text("note.exposure_hr", compared=ctx.names.compared), *ctx.sentences(*seen))
    return Table("table-models", ctx.words("table.models"), head, tuple(rows), notes)


def proportional_hazards(ctx: ReportContext) -> Table | None:
    """The score test of each term and of all of them, an endpoint a pair of columns."""
    analyses = ("proportional_hazards", "proportional_hazards_univariable")
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in ctx.endpoints:
        lines = []
        for analysis in analyses:
            for term in ctx.found.terms(analysis, "p", endpoint=endpoint):
                if analysis == analyses[1] and term == "GLOBAL":
                    continue
                get = lambda statistic, a=analysis, t=term, e=endpoint: ctx.found.get(a, statistic, endpoint=e, term=t)  # noqa: E731
                p, df = get("p"), get("df")
                seen.append(p)
                shown = words(p.note.removesuffix(" df")) if df is None and p is not None else ctx.numbers.count(df)
                label = ctx.words("line.global") if term == "GLOBAL" else ctx.names.variable(term)
                label = ctx.words("line.unadjusted", variable=label) if analysis == analyses[1] else label
                cells = (ctx.numbers.plain(get("chisq"), 2), shown, ctx.numbers.p(p))
                lines.append(Row((words(label), *cells), "total" if term == "GLOBAL" else "level"))
        if lines:
            rows += [Row((words(ctx.names.endpoints[endpoint]),), "heading"), *lines]
    if not rows:
        return None
    head = (words(ctx.words("head.term")), words("χ²"), words(ctx.words("head.df")), words("p"))
    notes = (ctx.words.text("note.hazards"), *ctx.sentences(*seen))
    return Table("table-hazards", ctx.words("table.hazards"), head, tuple(rows), notes)


def subgroups(ctx: ReportContext) -> list[Part]:
    """A forest plot of subgroups an endpoint with the p of interaction, and interactions without a plot as a table."""
    parts: list[Part] = []
    for endpoint in ctx.endpoints[:FIRST_ENDPOINTS]:
        lines = _subgroup_lines(ctx, endpoint)
        if lines:
            title = ctx.words("figure.subgroups", endpoint=ctx.names.endpoints[endpoint])
            caption = ctx.words.text("caption.subgroups", compared=ctx.names.compared)
            head = ctx.words("figure.p_interaction")
            name = f"forest_{endpoint.lower()}_subgroups"
            parts.append(drawn(ctx, name, title, caption, lines, endpoint, p_head=head, detail=True))
    return parts


def _subgroup_lines(ctx: ReportContext, endpoint: str) -> list[Line]:
    get = lambda statistic, term, grp="": ctx.found.get("subgroup", statistic, endpoint=endpoint, term=term, grp=grp)  # noqa: E731
    lines: list[Line] = []
    last = ""
    for term in ctx.found.terms("subgroup", "hr", endpoint=endpoint, grp=""):
        variable = term.partition("=")[0]
        if variable != last:
            p = ctx.found.get("interaction", "p", endpoint=endpoint, term=variable)
            lines.append(Line(ctx.names.variable(variable), p=_p(p), kind="heading"))
            last = variable
        detail = ctx.numbers.of(get("events", term), get("n", term))
        lines.append(Line(ctx.names.level(term), get("hr", term), detail=detail))
    if lines:
        overall = ctx.found.get("cox_univariable", "hr", endpoint=endpoint, term=ctx.exposure)
        n, events = (ctx.found.get("km", s, endpoint=endpoint, grp="all") for s in ("n", "events"))
        lines.append(Line(ctx.words("all_patients"), overall, detail=ctx.numbers.of(events, n), kind="summary"))
    return lines
