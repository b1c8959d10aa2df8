"""A study's report as a document: which sections it has and in which order, and the numbers of tables and figures.

Belongs here: the order of a report. Does not belong here: what a section says (sections/), writing a file.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from haicplatform.report.document.context import Context
from haicplatform.report.document.estimate_lookup import Estimates
from haicplatform.report.document.model import Document, Figure, Part, Table
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.sections import (
    factors,
    hospitals,
    methods,
    patients,
    quality,
    response,
    robustness,
    safety,
    survival,
)
from haicplatform.studies.study import Study

UNNUMBERED = ("table-summary",)
SECTIONS = (
    patients.summary,
    patients.flow,
    patients.baseline,
    response.response,
    survival.survival,
    factors.factors,
    hospitals.hospitals,
    safety.safety,
    robustness.propensity,
    robustness.sensitivity,
    quality.quality,
    methods.methods,
)


def compose(study: Study, estimates: pl.DataFrame, context: Context, language: str) -> Document:
    """The report in one language.

    `estimates`: rows of analysis.estimate of this study and snapshot, sensitivity analyses included. A section that
    has no estimates is left out.
    """
    ctx = ReportContext(study, Estimates(estimates), context, language)
    parts = _numbered([part for section in SECTIONS for part in section(ctx)])
    title = ctx.names.title
    document = Document(
        study.study_id, context.snapshot_id, language, title, context.is_synthetic, methods.facts(ctx), parts
    )
    more = _numbered([*document.parts, *methods.strobe(ctx, document), *methods.provenance(ctx)])
    return replace(document, parts=more)


def _numbered(parts: list[Part]) -> tuple[Part, ...]:
    """Tables and figures with their numbers, each kind on its own, in order."""
    tables = figures = 0
    numbered: list[Part] = []
    for part in parts:
        if isinstance(part, Table) and part.name not in UNNUMBERED:
            tables += 1
            part = replace(part, number=tables)
        elif isinstance(part, Figure) and part.name not in UNNUMBERED:
            figures += 1
            part = replace(part, number=figures)
        numbered.append(part)
    return tuple(numbered)
