"""Models with covariates: their tables, forest plots, proportional hazards, subgroups and interactions.

Belongs here: what the section on factors says. Does not belong here: hospitals (hospitals.py), fitting.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Part, Row, Run, Table, Text
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, Desk, words
from haicplatform.report.figures.draw_forest import Line
from haicplatform.report.sections.hospitals import drawn

# the columns of hazard ratios, each where it has estimates
MODELS = ("cox_univariable", "cox_multivariable", "cox_multivariable_stratified")
# models whose result for the exposure stands in the table of further models
FURTHER = (
    "cox_univariable", "cox_univariable_stratified", "cox_univariable_firth", "cox_multivariable",
    "cox_multivariable_stratified", "cox_multivariable_site", "cox_multivariable_cluster", "cox_multivariable_firth",
    "cox_complete_case", "cox_multiple_imputation",
)  # fmt: skip


def factors(it: Desk) -> list[Part]:
    """For each of the first endpoints its table and forest plots; then the checks of the models."""
    parts: list[Part] = []
    for endpoint in it.endpoints:
        is_first = endpoint in it.endpoints[:FIRST_ENDPOINTS]
        if it.found.terms("cox_multivariable", "included", endpoint=endpoint) and is_first:
            parts.append(cox_table(it, endpoint))
            parts += [made for analysis in MODELS[:2] if (made := model_forest(it, endpoint, analysis))]
    further = further_models(it)
    hazards = proportional_hazards(it)
    parts += [table for table in (further, hazards) if table]
    parts += subgroups(it)
    return [Heading(1, "factors", it.words("heading.factors")), *parts] if parts else []


def _of(it: Desk, endpoint: str):
    return lambda analysis, statistic, term: it.found.get(analysis, statistic, endpoint=endpoint, term=term)


def levels(it: Desk, endpoint: str, variable: str) -> list[str]:
    """The terms `variable=level` of a category, the reference first; none for a number."""
    terms = it.found.terms("cox_univariable", "n", endpoint=endpoint)
    terms = [term for term in terms if term.partition("=")[0] == variable and "=" in term]
    first = set(it.found.terms("cox_univariable", "reference", endpoint=endpoint))
    return sorted(terms, key=lambda term: term not in first)


def cox_table(it: Desk, endpoint: str) -> Table:
    """Univariable and multivariable hazard ratios side by side, and the stratified model where there is one."""
    get = _of(it, endpoint)
    analyses = [a for a in MODELS if a == MODELS[0] or it.found.terms(a, "hr", endpoint=endpoint)]
    head = [words(it.words("head.covariate")), words(it.words("head.events_patients"))]
    head += [words(it.words("head.hr")), words("p")] * len(analyses)
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    left_out: list[Text] = []
    for variable in it.found.terms("cox_multivariable", "included", endpoint=endpoint):
        listed = get("cox_multivariable", "included", variable)
        is_out = listed is not None and listed.value == 0
        if is_out and listed.code not in ("ok", "above_screen"):
            left_out.append(_left_out(it, variable, listed))
        terms = levels(it, endpoint, variable)
        if not terms:
            cells = _pairs(it, get, analyses, variable, is_out, seen)
            unit = NONE if get("cox_univariable", "hr", variable) is None else words(it.words("line.per_unit"))
            rows.append(Row((words(it.names.variable(variable)), unit, *cells)))
            continue
        rows.append(Row((words(it.names.variable(variable)), *[()] * (len(head) - 1)), "heading"))
        for place, term in enumerate(terms):
            events, n = get("cox_univariable", "events", term), get("cox_univariable", "n", term)
            counts = it.numbers.of(events, n)
            if place == 0:
                cells = [words(it.words("line.reference")), ()]
                cells += [() if is_out else words(it.words("line.reference")), ()] * (len(analyses) - 1)
            else:
                cells = _pairs(it, get, analyses, term, is_out, seen)
            rows.append(Row((words(it.names.level(term)), counts, *cells), "level"))
    notes = [*_model_notes(it, get, analyses), it.words.text("note.cox_dash"), *left_out]
    title = it.words("table.cox", endpoint=it.names.endpoints[endpoint])
    groups = [("", 2), *[(it.words(f"model.{analysis}"), 2) for analysis in analyses]]
    notes = (*notes, *it.sentences(*seen))
    return Table(f"table-cox-{endpoint.lower()}", title, tuple(head), tuple(rows), notes, tuple(groups))


def _pairs(it: Desk, get, analyses: list[str], term: str, is_out: bool, seen: list[Estimate | None]) -> list[Text]:
    cells: list[Text] = []
    for analysis in analyses:
        hr, p = get(analysis, "hr", term), get(analysis, "p", term)
        if analysis != MODELS[0] and is_out:
            cells += [NONE, ()]
        else:
            cells += [it.numbers.ratio(hr), it.numbers.p_or_dash(p)]
            seen.append(hr)
    return cells


def _left_out(it: Desk, variable: str, listed: Estimate) -> Text:
    """Why a covariate did not enter although it was not screened out."""
    why = Run(it.names.sentence(listed.status), (listed.estimate_id,))
    return it.words.text("note.left_out", variable=it.names.variable(variable), why=why)


def _model_notes(it: Desk, get, analyses: list[str]) -> list[Text]:
    notes = []
    for analysis in analyses[1:]:
        n, events, c = (get(analysis, statistic, "model") for statistic in ("n", "events", "concordance"))
        if n is not None:
            given = {"n": it.numbers.count(n), "events": it.numbers.count(events), "c": it.numbers.plain(c, 3)}
            notes.append(it.words.text("note.model", model=it.words(f"model.{analysis}"), **given))
    return notes


def model_forest(it: Desk, endpoint: str, analysis: str) -> Part | None:
    """The hazard ratios of one kind of model as a forest plot; None where there is not one."""
    get = _of(it, endpoint)
    lines = []
    variables = it.found.terms("cox_multivariable", "included", endpoint=endpoint)
    for variable in variables:
        terms = levels(it, endpoint, variable)
        if not terms and get(analysis, "hr", variable) is not None:
            hr = get(analysis, "hr", variable)
            lines.append(Line(it.names.variable(variable), hr, _p(get(analysis, "p", variable))))
        for term in terms[1:]:
            hr = get(analysis, "hr", term)
            if hr is not None:
                versus = {"level": it.names.level(term), "reference": it.names.level(terms[0])}
                label = it.words("figure.level", variable=it.names.variable(variable), **versus)
                lines.append(Line(label, hr, _p(get(analysis, "p", term))))
    if not any(line.estimate is not None and line.estimate.value for line in lines):
        return None
    kind = analysis.removeprefix("cox_")
    title = it.words(f"figure.forest_{kind}", endpoint=it.names.endpoints[endpoint])
    return drawn(
        it, f"forest_{endpoint.lower()}_{kind}", title, it.words.text(f"caption.forest_{kind}"), lines, endpoint
    )


def _p(row: Estimate | None) -> Estimate | None:
    return row if row is not None and row.value is not None else None


def further_models(it: Desk) -> Table | None:
    """The exposure's hazard ratio in every kind of model that was fitted, by endpoint."""
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        get = _of(it, endpoint)
        found = [a for a in FURTHER if get(a, "hr", it.exposure) is not None]
        if len(found) < 3:
            continue
        rows.append(Row((words(it.names.endpoints[endpoint]),), "heading"))
        for analysis in found:
            hr, n, events = (
                get(analysis, "hr", it.exposure),
                get(analysis, "n", "model"),
                get(analysis, "events", "model"),
            )
            if analysis == MODELS[0]:  # of every patient with a time
                n, events = (it.found.get("km", name, endpoint=endpoint, grp=ALL) for name in ("n", "events"))
            seen.append(hr)
            counts = it.numbers.of(events, n)
            cells = (counts, it.numbers.ratio(hr), it.numbers.p_or_dash(get(analysis, "p", it.exposure)))
            rows.append(Row((words(it.words(f"model.{analysis}")), *cells), "level"))
    if not rows:
        return None
    names = ("model", "events_patients", "hr")
    head = (*[words(it.words(f"head.{name}")) for name in names], words("p"))
    notes = (it.words.text("note.exposure_hr", compared=it.names.compared), *it.sentences(*seen))
    return Table("table-models", it.words("table.models"), head, tuple(rows), notes)


def proportional_hazards(it: Desk) -> Table | None:
    """The score test of each term and of all of them, an endpoint a pair of columns."""
    analyses = ("proportional_hazards", "proportional_hazards_univariable")
    rows: list[Row] = []
    seen: list[Estimate | None] = []
    for endpoint in it.endpoints:
        lines = []
        for analysis in analyses:
            for term in it.found.terms(analysis, "p", endpoint=endpoint):
                if analysis == analyses[1] and term == "GLOBAL":
                    continue
                get = lambda statistic, a=analysis, t=term, e=endpoint: it.found.get(a, statistic, endpoint=e, term=t)  # noqa: E731
                p, df = get("p"), get("df")
                seen.append(p)
                shown = it.numbers.count(df) if df is not None else words(p.note.removesuffix(" df"))
                label = it.words("line.global") if term == "GLOBAL" else it.names.variable(term)
                label = it.words("line.unadjusted", variable=label) if analysis == analyses[1] else label
                cells = (it.numbers.plain(get("chisq"), 2), shown, it.numbers.p(p))
                lines.append(Row((words(label), *cells), "total" if term == "GLOBAL" else "level"))
        if lines:
            rows += [Row((words(it.names.endpoints[endpoint]),), "heading"), *lines]
    if not rows:
        return None
    head = (words(it.words("head.term")), words("χ²"), words(it.words("head.df")), words("p"))
    notes = (it.words.text("note.hazards"), *it.sentences(*seen))
    return Table("table-hazards", it.words("table.hazards"), head, tuple(rows), notes)


def subgroups(it: Desk) -> list[Part]:
    """A forest plot of subgroups an endpoint with the p of interaction, and interactions without a plot as a table."""
    parts: list[Part] = []
    for endpoint in it.endpoints[:FIRST_ENDPOINTS]:
        lines = _subgroup_lines(it, endpoint)
        if lines:
            title = it.words("figure.subgroups", endpoint=it.names.endpoints[endpoint])
            caption = it.words.text("caption.subgroups", compared=it.names.compared)
            head = it.words("figure.p_interaction")
            name = f"forest_{endpoint.lower()}_subgroups"
            parts.append(drawn(it, name, title, caption, lines, endpoint, p_head=head, detail=True))
    return parts


def _subgroup_lines(it: Desk, endpoint: str) -> list[Line]:
    get = lambda statistic, term, grp="": it.found.get("subgroup", statistic, endpoint=endpoint, term=term, grp=grp)  # noqa: E731
    lines: list[Line] = []
    last = ""
    for term in it.found.terms("subgroup", "hr", endpoint=endpoint, grp=""):
        variable = term.partition("=")[0]
        if variable != last:
            p = it.found.get("interaction", "p", endpoint=endpoint, term=variable)
            lines.append(Line(it.names.variable(variable), p=_p(p), kind="heading"))
            last = variable
        detail = it.numbers.of(get("events", term), get("n", term))
        lines.append(Line(it.names.level(term), get("hr", term), detail=detail))
    if lines:
        overall = it.found.get("cox_univariable", "hr", endpoint=endpoint, term=it.exposure)
        n, events = (it.found.get("km", s, endpoint=endpoint, grp="all") for s in ("n", "events"))
        lines.append(Line(it.words("all_patients"), overall, detail=it.numbers.of(events, n), kind="summary"))
    return lines
