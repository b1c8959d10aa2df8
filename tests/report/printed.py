"""Which section of a report prints which analysis. Belongs here: reading a document. No expectations."""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.registry import registry
from haicplatform.report.document.model import Document, Figure, Heading, Listing, Paragraph, Part, Table


def unprinted(estimates: pl.DataFrame, document: Document) -> list[str]:
    """A sentence for each analysis with a pooled number of which its section, as the registry says, prints none."""
    analysis_of = dict(estimates.select("estimate_id", "analysis").iter_rows())
    printed: set[tuple[str | None, str]] = set()
    section = ""
    for part in document.parts:
        if isinstance(part, Heading) and part.level == 1:
            section = part.anchor
        printed |= {(analysis_of.get(name), section) for name in _ids(part)}
    pooled = estimates.filter(pl.col("value").is_not_null(), variant="main", population="pooled")
    made = {name: registry().analyses[name].section for name in pooled["analysis"].unique(maintain_order=True)}
    return [
        f"print `{name}` in the section {wanted!r} of report/sections, or correct it in estimation/registry.yaml"
        for name, wanted in made.items()
        if wanted is not None and (name, wanted) not in printed
    ]


def _ids(part: Part) -> set[str]:
    if isinstance(part, Figure):
        return {name for names in part.data["estimate_ids"] for name in names.split()}
    texts = []
    if isinstance(part, Table):
        texts = [*part.notes, *(cell for row in part.rows for cell in row.cells)]
    elif isinstance(part, Listing):
        texts = list(part.items)
    elif isinstance(part, Paragraph):
        texts = [part.text]
    return {name for text in texts for run in text for name in run.estimate_ids}
