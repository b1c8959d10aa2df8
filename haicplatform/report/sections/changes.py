"""Whose result a sensitivity analysis changes: the part of the report on another definition of response.

Belongs here: this table. Does not belong here: what a change is (sql/lineage/comparison), the results themselves
(robustness.py).
"""

from __future__ import annotations

from haicplatform.report.document.model import Row, Table
from haicplatform.report.document.report_context import ReportContext, words

ANALYSIS, STATISTIC = "definition_change", "changed"


def changes(ctx: ReportContext) -> Table | None:
    """A row an analysis, a column a kind of change; by hospital where the analysis has another definition."""
    frame = ctx.found.frame
    mine = frame.filter(frame["analysis"] == ANALYSIS)
    if not mine.height:
        return None
    kinds = mine["term"].unique(maintain_order=True).to_list()
    kinds = [kind for kind in kinds if kind not in ctx.study.endpoints] + [e for e in ctx.study.endpoints if e in kinds]
    rows, variants = [], ctx.study.variants()
    for variant in mine["variant"].unique(maintain_order=True).to_list():
        populations = mine.filter(mine["variant"] == variant)["population"].unique().sort().to_list()
        of_sites = [population for population in populations if population != "pooled"]
        one = variants.get(variant)
        rows.append(_row(ctx, variant, "pooled", kinds))
        if one is not None and one.definition != ctx.study.definition:
            rows += [_row(ctx, variant, population, kinds) for population in of_sites]
    head = [words(ctx.words("head.analysis"))]
    head += [
        words(ctx.names.endpoints[k] if k in ctx.study.endpoints else ctx.words(f"head.changed_{k}")) for k in kinds
    ]
    notes = (ctx.words.text("note.changed"),)
    return Table("table-changed", ctx.words("table.changed"), tuple(head), tuple(rows), notes)


def _row(ctx: ReportContext, variant: str, population: str, kinds: list[str]) -> Row:
    found = [ctx.found.get(ANALYSIS, STATISTIC, variant=variant, population=population, term=kind) for kind in kinds]
    is_pooled = population == "pooled"
    label = ctx.names.variants.get(variant, variant) if is_pooled else ctx.place(population)
    cells = [ctx.numbers.count(row, 0 if is_pooled else ctx.mask) for row in found]
    return Row((words(label), *cells), "" if is_pooled else "level")
