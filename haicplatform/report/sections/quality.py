"""The data behind the report: deliveries and findings by hospital, readers, and two definitions side by side.

Belongs here: what the section on data quality says. Does not belong here: checking data.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.model import Heading, Part, Row, Table
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import ReportContext, words
from haicplatform.report.sections.response import agreement

SEVERITIES = ("error", "warning", "info")
MOST_RULES = 15


def quality(ctx: ReportContext) -> list[Part]:
    """Deliveries and findings by hospital, the commonest findings, agreement of readers."""
    tables = [table for table in (_quality(ctx), _rules(ctx)) if table]
    parts = [*tables, *agreement(ctx)]
    return [Heading(1, "quality", ctx.words("heading.quality")), *parts] if parts else []


def _quality(ctx: ReportContext) -> Table | None:
    """Deliveries and findings by hospital; None without quality estimates. A count that is not there is none."""
    if "quality" not in ctx.found.analyses:
        return None
    frame = ctx.rows_of("quality")
    statuses = frame.filter(frame["statistic"] == "deliveries")["term"].unique().sort().to_list()
    rows = []
    for population in [*[f"site:{site}" for site in ctx.found.populations("quality")], "pooled"]:
        wanted = [*[("deliveries", s) for s in statuses], *[("findings", s) for s in SEVERITIES]]
        counts = [ctx.found.get("quality", statistic, population=population, term=term) for statistic, term in wanted]
        cells = [ctx.numbers.count(row) if row is not None else NONE for row in counts]
        rows.append(Row((words(ctx.place(population)), *cells), "total" if population == "pooled" else ""))
    head = [ctx.words("head.hospital"), *[ctx.names.code(f"delivery.{status}") for status in statuses]]
    head += [ctx.words(f"head.{severity}") for severity in SEVERITIES]
    groups = [("", 1), (ctx.words("head.deliveries"), len(statuses)), (ctx.words("head.findings"), len(SEVERITIES))]
    above = tuple(group for group in groups if group[1])
    title = ctx.words("table.quality")
    notes = (ctx.words.text("note.quality"),)
    return Table("table-quality", title, tuple(words(text) for text in head), tuple(rows), notes, above)


def _rules(ctx: ReportContext) -> Table | None:
    """The rules with most findings over all hospitals."""
    terms = ctx.found.terms("quality", "findings_by_rule")
    counts: list[tuple[str, Estimate]] = []
    for term in terms:
        row = ctx.found.get("quality", "findings_by_rule", term=term)
        if row is not None and row.value:
            counts.append((term, row))
    if not counts:
        return None
    counts.sort(key=lambda pair: -(pair[1].value or 0))
    rows = []
    for term, row in counts[:MOST_RULES]:
        severity, _, rule = term.partition("=")
        cells = (words(rule, "code"), words(ctx.words(f"severity.{severity}")), ctx.numbers.count(row))
        rows.append(Row(cells))
    head = tuple(words(ctx.words(f"head.{name}")) for name in ("rule", "severity", "findings"))
    notes = (ctx.words.text("note.rules"),) if len(counts) > MOST_RULES else ()
    return Table("table-rules", ctx.words("table.rules"), head, tuple(rows), notes)
