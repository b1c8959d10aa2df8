"""What was asked and found in short; the flow of patients; Table 1.

Belongs here: the first pages of the report. Does not belong here: results by hospital (hospitals.py).
"""

from __future__ import annotations

from collections.abc import Callable

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Paragraph, Part, Row, Run, Table, Text, concat
from haicplatform.report.document.number_format import NONE, fixed, tagged
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, ReportContext, words
from haicplatform.report.figures import draw_flow
from haicplatform.report.figures.drawing import figure
from haicplatform.studies.variables import Variable

MARKS = {"pearson": "a", "fisher": "b", "student_t": "c", "welch_t": "d"}


def summary(ctx: ReportContext) -> list[Part]:
    """The question, who was analysed, and the main results in one table."""
    say_, n = ctx.words, ctx.numbers
    compared = say_("and_list", first=ctx.names.group(ctx.names.order[-1]), last=ctx.names.group(ctx.names.order[0]))
    outcome = ctx.names.endpoints[ctx.endpoints[0]] if ctx.endpoints else say_("outcome")
    alone = len(ctx.names.order) < 2
    key = "summary.question_one" if alone else "summary.question"
    lower = outcome[:1].lower() + outcome[1:]
    parts: list[Part] = [Heading(1, "summary", say_("heading.summary"))]
    parts.append(Paragraph(say_.text(key, outcome=lower, groups=compared, group=ctx.names.group(ctx.names.order[0]))))
    included, assessed = _included(ctx), ctx.found.get("flow", "n", term="assessed")
    sentence = say_.text("summary.patients", included=n.count(included), assessed=n.count(assessed))
    parts.append(Paragraph(sentence))
    rows = [*_survival_rows(ctx), *_response_rows(ctx)]
    if rows:
        head = [words(say_("head.result")), *[words(ctx.names.group(g)) for g in ctx.names.order]]
        if not alone:
            head += [words("p"), words(say_("head.adjusted_hr"))]
        notes = [say_.text("note.adjusted", compared=ctx.names.compared)] if not alone else []
        notes += [say_.text("note.nr"), *_changing_ratios(ctx)]
        parts.append(Table("table-summary", say_("table.summary"), tuple(head), tuple(rows), tuple(notes)))
    return parts


def _survival_rows(ctx: ReportContext) -> list[Row]:
    rows = []
    for endpoint in ctx.endpoints[:FIRST_ENDPOINTS]:
        medians = [ctx.numbers.months(ctx.found.get("km", "median", endpoint=endpoint, grp=g)) for g in ctx.names.order]
        cells = [words(ctx.words("summary.median", endpoint=ctx.names.endpoints[endpoint])), *medians]
        if len(ctx.names.order) > 1:
            cells.append(ctx.numbers.p(ctx.found.get("logrank", "p", endpoint=endpoint)))
            cells.append(
                ctx.numbers.ratio(ctx.found.get("cox_multivariable", "hr", endpoint=endpoint, term=ctx.exposure))
            )
        rows.append(Row(tuple(cells)))
    return rows


def _changing_ratios(ctx: ReportContext) -> list[Text]:
    """Beside the hazard ratios, for whom reads no further: which of them is an average of one that changes."""
    said = []
    for endpoint in ctx.endpoints[:FIRST_ENDPOINTS]:
        row = ctx.found.get("proportional_hazards", "p", endpoint=endpoint, term=ctx.exposure.partition("=")[0])
        if row is not None and row.status.startswith("non_proportional"):
            name = ctx.names.endpoints[endpoint]
            said.append(ctx.words.text("note.changing_ratio", endpoint=name, p=ctx.numbers.p(row)))
    return said


def _response_rows(ctx: ReportContext) -> list[Row]:
    rows = []
    for rate in ("ORR", "DCR"):
        shares = [ctx.found.get("response", "pct", endpoint="BOR", grp=group, term=rate) for group in ctx.names.order]
        if any(row is not None for row in shares):
            cells = [words(ctx.words(f"summary.{rate}")), *[ctx.numbers.percent(row) for row in shares]]
            if len(ctx.names.order) > 1:
                cells += [ctx.numbers.p(ctx.found.get("response", "p", endpoint="BOR", term=rate)), NONE]
            rows.append(Row(tuple(cells)))
    return rows


def _included(ctx: ReportContext) -> Estimate | None:
    return ctx.found.get("flow", "n", term="included", grp=ALL)


def reasons(ctx: ReportContext, population: str = "pooled") -> list[tuple[str, Estimate]]:
    """(term, row) of each reason for which anyone in all hospitals left, in the study's order."""
    terms = [term for term in ctx.found.terms("flow", "n") if term.startswith("excluded=")]
    kept = [t for t in terms if (row := ctx.found.get("flow", "n", term=t)) is not None and row.value != 0]
    rows = [(t, ctx.found.get("flow", "n", term=t, population=population)) for t in kept]
    return [(term, row) for term, row in rows if row is not None]


def flow(ctx: ReportContext) -> list[Part]:
    """The flow as a picture; the same by hospital is a table of the hospitals' section."""
    if ctx.found.get("flow", "n", term="assessed") is None:
        return []
    line = lambda label, row: concat(f"{label}: ", ctx.numbers.count(row))  # noqa: E731
    get = lambda term, grp="": ctx.found.get("flow", "n", term=term, grp=grp)  # noqa: E731
    out = [line(ctx.words("flow.excluded"), get("excluded"))]
    out += [line(ctx.names.exclusion(term.partition("=")[2]), row) for term, row in reasons(ctx)]
    top = line(ctx.words("flow.assessed"), get("assessed"))
    middle = line(ctx.words("flow.included"), _included(ctx))
    ends = [line(label, get("included", group)) for group, label in ctx.groups()]
    ends = ends if len(ends) > 1 else []
    made = figure(
        "flow", ctx.words("figure.flow"), ctx.words.text("caption.flow"), ctx.salt,
        lambda data: draw_flow.flow(top, out, middle, ends, data),
    )  # fmt: skip
    return [Heading(1, "patients", ctx.words("heading.patients")), made]


def baseline(ctx: ReportContext, population: str = "pooled") -> list[Part]:
    """Table 1: numbers as mean ± SD and median (quartiles), levels as n (%)."""
    if "baseline" not in ctx.found.analyses:
        return []
    table = baseline_table(ctx, population, "table-baseline", ctx.words("table.baseline"))
    return [Heading(1, "baseline", ctx.words("heading.baseline")), table]


def baseline_table(ctx: ReportContext, population: str, name: str, title: str) -> Table:
    get = lambda statistic, **key: ctx.found.get("baseline", statistic, population=population, **key)  # noqa: E731
    compares = len(ctx.names.order) == 2
    columns = ctx.columns if len(ctx.names.order) > 1 else (ALL,)
    used: dict[str, Estimate] = {}
    rows: list[Row] = []
    failed: list[Estimate | None] = []
    for variable in ctx.study.baseline_table:
        term = variable.name
        heading: list[Text] = [words(ctx.names.variable(term)), *[()] * len(columns)]
        if compares:
            p, smd = get("p", term=term), get("smd", term=term)
            mark = ""
            if p is not None and p.value is not None and (mark := MARKS.get(p.method, "")):
                used.setdefault(mark, p)
            failed += [p, smd]
            heading += [concat(ctx.numbers.p(p), Run(mark, (), "raised") if mark else ""), _smd(ctx, smd)]
        rows.append(Row(tuple(heading), "heading"))
        rows += _levels(ctx, get, variable, columns, len(heading))
    head = ctx.head("baseline", ctx.words("head.characteristic"), population=population)
    head = head if len(columns) > 1 else [head[0], head[-1]]
    if compares:
        head += [words("p"), words("SMD")]
    notes = [ctx.words.text("note.baseline"), *_test_notes(ctx, used)]
    notes += [ctx.words.text("note.smd")] if compares else []
    return Table(name, title, tuple(head), tuple(rows), (*notes, *ctx.sentences(*failed)))


def _smd(ctx: ReportContext, row: Estimate | None) -> Text:
    if row is None or row.value is None:
        return ctx.numbers.plain(row, 2)
    return tagged(fixed(abs(row.value), 2), row)


def _levels(
    ctx: ReportContext, get: Callable[..., Estimate | None], variable: Variable, columns: tuple[str, ...], width: int
) -> list[Row]:
    name, n = variable.name, ctx.numbers
    rows: list[list[Text]] = []
    if variable.kind == "continuous":
        cells = [n.mean_sd(get("mean", grp=g, term=name), get("sd", grp=g, term=name)) for g in columns]
        rows.append([words(ctx.words("line.mean_sd")), *cells])
        quarters = [[get(s, grp=g, term=name) for s in ("median", "q1", "q3")] for g in columns]
        rows.append([words(ctx.words("line.quartiles")), *[n.quartiles(*three) for three in quarters]])
    else:
        for term in (t for t in ctx.found.terms("baseline", "pct", grp=ALL) if t.partition("=")[0] == name):
            cells = [n.share(get("n", grp=g, term=term), get("pct", grp=g, term=term)) for g in columns]
            rows.append([words(ctx.names.level(term)), *cells])
    missing = [get("missing", grp=group, term=name) for group in columns]
    if any(row is not None and row.value != 0 for row in missing):
        rows.append([words(ctx.words("line.missing")), *[n.count(row) for row in missing]])
    return [Row(tuple([*cells, *[()] * (width - len(cells))]), "level") for cells in rows]


def _test_notes(ctx: ReportContext, used: dict[str, Estimate]) -> list[Text]:
    return [
        concat(Run(mark, (), "raised"), " ", ctx.words(f"method.{row.method}"), ".")
        for mark, row in sorted(used.items())
    ]
