"""What every section of a report is composed from: the study, its estimates, the words and the context.

Belongs here: these together, and what sections ask of them in common. Does not belong here: any section.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from haicplatform.report.document.context import Context
from haicplatform.report.document.estimate_lookup import Estimate, Estimates
from haicplatform.report.document.labels import ALL, Names
from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Run, Text
from haicplatform.report.document.number_format import Numbers
from haicplatform.studies.study import Study

FIRST_ENDPOINTS = 2


@dataclass(frozen=True)
class ReportContext:
    """`found`: the estimates of the study on the snapshot; `language` decides words and names."""

    study: Study
    found: Estimates
    context: Context
    language: str

    @cached_property
    def words(self) -> Words:
        return Words(self.language)

    @cached_property
    def names(self) -> Names:
        return Names(self.study, self.words)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.words, self.mask)

    @property
    def mask(self) -> int:
        """A hospital's count below it (and not 0) is not shown."""
        return self.study.release.min_count

    @property
    def salt(self) -> str:
        return f"{self.study.study_id}:{self.language}"

    @cached_property
    def endpoints(self) -> list[str]:
        """Endpoints with estimates, in the study's order."""
        return [name for name in self.study.endpoints if self.found.get("km", "n", endpoint=name, grp=ALL) is not None]

    @property
    def columns(self) -> tuple[str, ...]:
        """The groups, the reference first, then everyone."""
        return (*self.names.order, ALL)

    @property
    def exposure(self) -> str:
        """The term of the last group against the reference."""
        return f"group={self.names.order[-1]}"

    def site(self, site_id: str) -> str:
        return self.context.site(site_id, self.language)

    def place(self, population: str) -> str:
        """A population in words."""
        kind, _, site = population.partition(":")
        return self.site(site) if kind == "site" else self.words("all_hospitals")

    def groups(self) -> list[tuple[str, str]]:
        """(group, label), the reference first."""
        return [(name, self.names.group(name)) for name in self.names.order]

    def head(self, analysis: str, first: str, *, population: str = "pooled", endpoint: str = "") -> list[Text]:
        """A head: the first column's name, then each group and everyone with their n."""
        cells: list[Text] = [words(first)]
        for group in self.columns:
            key = {"population": population, "endpoint": endpoint, "grp": group, "term": "patients"}
            n = self.found.get(analysis, "n", **key)
            if n is None:
                cells.append(words(self.names.group(group)))
            else:
                cells.append(self.words.text("group_n", group=self.names.group(group), n=self.numbers.count(n)))
        return cells

    def sentences(self, *rows: Estimate | None) -> list[Text]:
        """Each status among the rows that is not ok as a sentence, once, with the ids it is about."""
        ids: dict[str, list[str]] = {}
        for row in rows:
            if row is not None and row.status != "ok":
                ids.setdefault(self.names.sentence(row.status), []).append(row.estimate_id)
        return [(Run(sentence, tuple(about)),) for sentence, about in ids.items()]

    def rows_of(self, analysis: str) -> pl.DataFrame:
        """All rows of an analysis of the main variant, points of curves left out."""
        frame = self.found.frame
        return frame.filter((pl.col("analysis") == analysis) & (pl.col("variant") == "main"))


def words(text: str, style: str = "") -> Text:
    """Plain words as a text."""
    return (Run(text, (), style),) if text else ()
