"""Whose result a sensitivity analysis changes: the part of the report on another definition of response.

Belongs here: this table. Does not belong here: what a change is (sql/comparison), the results themselves
(robustness.py).
"""

from __future__ import annotations

from haicplatform.report.document.model import Row, Table
from haicplatform.report.document.report_context import Desk, words

ANALYSIS, STATISTIC = "definition_change", "changed"


def changes(it: Desk) -> Table | None:
    """A row an analysis, a column a kind of change; by hospital where the analysis has another definition."""
    frame = it.found.frame
    mine = frame.filter(frame["analysis"] == ANALYSIS)
    if not mine.height:
        return None
    kinds = mine["term"].unique(maintain_order=True).to_list()
    kinds = [kind for kind in kinds if kind not in it.study.endpoints] + [e for e in it.study.endpoints if e in kinds]
    rows, variants = [], it.study.variants()
    for variant in mine["variant"].unique(maintain_order=True).to_list():
        populations = mine.filter(mine["variant"] == variant)["population"].unique().sort().to_list()
        of_sites = [population for population in populations if population != "pooled"]
        one = variants.get(variant)
        rows.append(_row(it, variant, "pooled", kinds))
        if one is not None and one.definition != it.study.definition:
            rows += [_row(it, variant, population, kinds) for population in of_sites]
    head = [words(it.words("head.analysis"))]
    head += [words(it.names.endpoints[k] if k in it.study.endpoints else it.words(f"head.changed_{k}")) for k in kinds]
    notes = (it.words.text("note.changed"),)
    return Table("table-changed", it.words("table.changed"), tuple(head), tuple(rows), notes)


def _row(it: Desk, variant: str, population: str, kinds: list[str]) -> Row:
    found = [it.found.get(ANALYSIS, STATISTIC, variant=variant, population=population, term=kind) for kind in kinds]
    is_pooled = population == "pooled"
    label = it.names.variants.get(variant, variant) if is_pooled else it.place(population)
    cells = [it.numbers.count(row, 0 if is_pooled else it.mask) for row in found]
    return Row((words(label), *cells), "" if is_pooled else "level")
