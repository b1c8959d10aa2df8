"""Treatment given and its harm: cycles and dose, adverse events by grade, laboratory toxicity, later therapy.

Belongs here: what these sections say. Does not belong here: grading.
"""

from __future__ import annotations

from collections.abc import Callable

from haicplatform.estimation.rows import GRADES
from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Part, Row, Table, Text
from haicplatform.report.document.report_context import ReportContext, words

DOSE_SHARES = ("interrupted", "off_plan", "interval_off")


def safety(ctx: ReportContext) -> list[Part]:
    """Each table where its estimates exist."""
    treatment = _dose(ctx)
    harm = [t for t in (_events(ctx, "adverse_events"), _events(ctx, "lab_toxicity")) if t]
    later = _later(ctx)
    parts: list[Part] = []
    if treatment:
        parts += [Heading(1, "treatment", ctx.words("heading.treatment")), treatment]
    if harm:
        parts += [Heading(1, "safety", ctx.words("heading.safety")), *harm]
    if later:
        parts += [Heading(1, "later", ctx.words("heading.later")), later]
    return parts


def _columns(ctx: ReportContext) -> tuple[str, ...]:
    return ctx.columns if len(ctx.names.order) > 1 else (ALL,)


def _dose(ctx: ReportContext) -> Table | None:
    """Cycles given, relative dose intensity by drug, and how often a course left its plan."""
    if "dose" not in ctx.found.analyses:
        return None
    columns, n = _columns(ctx), ctx.numbers
    get = lambda statistic, g, term: ctx.found.get("dose", statistic, grp=g, term=term)  # noqa: E731
    terms = ctx.found.terms("dose", "mean", grp=ALL) or ctx.found.terms("dose", "median", grp=ALL)
    rows: list[Row] = []
    seen = []
    for term in terms:
        label = (
            ctx.words("line.cycles")
            if term == "cycles"
            else ctx.words("line.rdi", drug=ctx.names.code(term.partition("=")[2]))
        )
        rows.append(Row((words(label), *[n.count(get("n", g, term)) for g in columns]), "heading"))
        cells = [n.mean_sd(get("mean", g, term), get("sd", g, term)) for g in columns]
        rows.append(Row((words(ctx.words("line.mean_sd")), *cells), "level"))
        cells = [n.quartiles(*[get(s, g, term) for s in ("median", "q1", "q3")]) for g in columns]
        rows.append(Row((words(ctx.words("line.quartiles")), *cells), "level"))
        seen += [get("mean", g, term) for g in columns]
        if term == "cycles":
            shares = [t for t in ctx.found.terms("dose", "n", grp=ALL) if t.startswith("cycles=")]
            rows += [_share(ctx, get, t, _cycles(ctx, t.partition("=")[2]), columns) for t in shares]
    for term in DOSE_SHARES:
        if term in ctx.found.terms("dose", "n", grp=ALL):
            rows.append(_share(ctx, get, term, ctx.words(f"line.{term}"), columns))
    head = [words(ctx.words("head.treatment")), *[words(ctx.names.group(group)) for group in columns]]
    notes = (ctx.words.text("note.dose"), *ctx.sentences(*seen))
    return Table("table-dose", ctx.words("table.dose"), tuple(head), tuple(rows), notes)


def _cycles(ctx: ReportContext, k: str) -> str:
    return ctx.words("line.cycle_count_1") if k == "1" else ctx.words("line.cycle_count", k=k)


def _share(
    ctx: ReportContext, get: Callable[[str, str, str], Estimate | None], term: str, label: str, columns: tuple[str, ...]
) -> Row:
    cells = [ctx.numbers.share(get("n", g, term), get("pct", g, term)) for g in columns]
    return Row((words(label), *cells), "level" if "=" in term else "")


def _events(ctx: ReportContext, analysis: str) -> Table | None:
    """Patients with each event: any grade, each worst grade together, grade 3 or more, by group."""
    if analysis not in ctx.found.analyses:
        return None
    columns, n = ctx.names.order, ctx.numbers
    get = lambda statistic, g, term: ctx.found.get(analysis, statistic, grp=g, term=term)  # noqa: E731
    order = [t for t in ctx.found.terms(analysis, "n") if t not in ("patients", "any")]
    count = lambda term: -(((row := get("n", ALL, term)) and row.value) or 0)  # noqa: E731
    order = [t for t in sorted(order, key=count) if count(t) < 0]
    totals = [cell for g in columns for cell in (n.count(get("n", g, "patients")), *[()] * (len(GRADES) + 1))]
    rows = [Row((words(ctx.words("line.treated")), *totals))]
    for term in ["any", *order]:
        cells: list[Text] = []
        for group in columns:
            cells += [n.share(get("n", group, term), get("pct", group, term))]
            cells += [n.count(get(f"n_grade_{grade}", group, term)) for grade in GRADES]
            cells += [n.share(get("n_severe", group, term), get("pct_severe", group, term))]
        label = ctx.words(f"line.{analysis}_any") if term == "any" else ctx.names.code(term)
        rows.append(Row((words(label), *cells), "total" if term == "any" else ""))
    heads = [ctx.words("head.any_grade"), *[str(grade) for grade in GRADES], ctx.words("head.severe")]
    head = [words(ctx.words("head.event")), *[words(text) for _ in columns for text in heads]]
    groups = [("", 1)]
    for group in columns:
        groups.append((ctx.names.group(group), len(heads)))
    notes = [ctx.words.text(f"note.{analysis}")]
    ungraded = [get("n_ungraded", group, "any") for group in columns]
    if any(row is not None and row.value for row in ungraded):
        shown = [n.count(row) for row in ungraded]
        labels = [ctx.names.group(group) for group in columns]
        pieces = [piece for label, text in zip(labels, shown, strict=True) for piece in (*words(f" {label} "), *text)]
        notes.append((*ctx.words.text("note.ungraded"), *pieces, *words(".")))
    title = ctx.words(f"table.{analysis}")
    return Table(f"table-{analysis.replace('_', '-')}", title, tuple(head), tuple(rows), tuple(notes), tuple(groups))


def _later(ctx: ReportContext) -> Table | None:
    """The first therapy begun on or after progression."""
    if "post_progression" not in ctx.found.analyses:
        return None
    columns = _columns(ctx)
    get = lambda statistic, g, term: ctx.found.get("post_progression", statistic, grp=g, term=term)  # noqa: E731
    terms = ctx.found.terms("post_progression", "n")
    fixed = ("progressed", "any", "none")
    order = [t for t in terms if t not in fixed]
    order = sorted(order, key=lambda t: -(((row := get("n", ALL, t)) and row.value) or 0))
    rows = []
    for term in ["progressed", "any", *order, "none"]:
        if term in terms and any((row := get("n", g, term)) is not None and row.value != 0 for g in columns):
            label = ctx.words(f"line.later_{term}") if term in fixed else ctx.names.code(term)
            cells = [ctx.numbers.share(get("n", g, term), get("pct", g, term)) for g in columns]
            rows.append(
                Row((words(label), *cells), "total" if term == "progressed" else "level" if term in order else "")
            )
    head = [words(ctx.words("head.later")), *[words(ctx.names.group(group)) for group in columns]]
    notes = (ctx.words.text("note.later"),)
    return Table("table-later", ctx.words("table.later"), tuple(head), tuple(rows), notes) if rows else None
