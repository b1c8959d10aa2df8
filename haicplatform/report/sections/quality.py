"""The data behind the report: deliveries and findings by hospital, readers, and two definitions side by side.

Belongs here: what the section on data quality says. Does not belong here: checking data.
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.model import Heading, Part, Row, Table
from haicplatform.report.document.number_format import NONE
from haicplatform.report.document.report_context import Desk, words
from haicplatform.report.sections.response import agreement

SEVERITIES = ("error", "warning", "info")
MOST_RULES = 15


def quality(it: Desk) -> list[Part]:
    """Deliveries and findings by hospital, the commonest findings, agreement of readers."""
    tables = [table for table in (_quality(it), _rules(it)) if table]
    parts = [*tables, *agreement(it)]
    return [Heading(1, "quality", it.words("heading.quality")), *parts] if parts else []


def _quality(it: Desk) -> Table | None:
    """Deliveries and findings by hospital; None without quality estimates. A count that is not there is none."""
    if "quality" not in it.found.analyses:
        return None
    frame = it.rows_of("quality")
    statuses = frame.filter(frame["statistic"] == "deliveries")["term"].unique().sort().to_list()
    rows = []
    for population in [*[f"site:{site}" for site in it.found.populations("quality")], "pooled"]:
        wanted = [*[("deliveries", s) for s in statuses], *[("findings", s) for s in SEVERITIES]]
        found = [it.found.get("quality", statistic, population=population, term=term) for statistic, term in wanted]
        cells = [it.numbers.count(row) if row is not None else NONE for row in found]
        rows.append(Row((words(it.place(population)), *cells), "total" if population == "pooled" else ""))
    head = [it.words("head.hospital"), *[it.names.code(f"delivery.{status}") for status in statuses]]
    head += [it.words(f"head.{severity}") for severity in SEVERITIES]
    groups = [("", 1), (it.words("head.deliveries"), len(statuses)), (it.words("head.findings"), len(SEVERITIES))]
    groups = tuple(group for group in groups if group[1])
    title = it.words("table.quality")
    notes = (it.words.text("note.quality"),)
    return Table("table-quality", title, tuple(words(text) for text in head), tuple(rows), notes, groups)


def _rules(it: Desk) -> Table | None:
    """The rules with most findings over all hospitals."""
    terms = it.found.terms("quality", "findings_by_rule")
    found: list[tuple[str, Estimate]] = []
    for term in terms:
        row = it.found.get("quality", "findings_by_rule", term=term)
        if row is not None and row.value:
            found.append((term, row))
    if not found:
        return None
    found.sort(key=lambda pair: -pair[1].value)
    rows = []
    for term, row in found[:MOST_RULES]:
        severity, _, rule = term.partition("=")
        cells = (words(rule, "code"), words(it.words(f"severity.{severity}")), it.numbers.count(row))
        rows.append(Row(cells))
    head = tuple(words(it.words(f"head.{name}")) for name in ("rule", "severity", "findings"))
    notes = (it.words.text("note.rules"),) if len(found) > MOST_RULES else ()
    return Table("table-rules", it.words("table.rules"), head, tuple(rows), notes)
