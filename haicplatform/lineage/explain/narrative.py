"""The shape of a patient's story, and how it reads as text.

Belongs here: the small structure that the command line and the review application show. Does not belong here: any
fact (facts.py) and the sentences about it (messages.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from haicplatform.report.document.messages import Words


@dataclass(frozen=True, order=True)
class Source:
    """One row that a hospital delivered: where it lies in its file, and its row_id in validated.<table>."""

    site_id: str
    file: str
    sheet: str
    row: int
    table: str
    row_id: str


@dataclass(frozen=True)
class Line:
    """One thing that happened or was concluded: when, what, why, and the rows it rests on."""

    what: str
    why: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    day: date | None = None


@dataclass(frozen=True)
class Part:
    """Lines under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Story:
    """usubjid; the definition of response that is told, and in words; the study, if one was asked for; the parts; the
    language that they are in, en or ko."""

    usubjid: str
    definition: str
    definition_text: str
    study_id: str | None
    parts: tuple[Part, ...]
    language: str = "en"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        """The story for a terminal: one line a fact, its reasons and its rows indented below."""
        say = Words(self.language)
        found = [say("explain.patient", usubjid=self.usubjid)]
        found.append(say("explain.definition", text=self.definition_text))
        found += [say("explain.study", study=self.study_id)] if self.study_id else []
        for part in self.parts:
            found += ["", part.title]
            for line in part.lines:
                found.append(f"  {line.day}  {line.what}" if line.day else f"  {line.what}")
                indent = " " * (14 if line.day else 4)
                found += [f"{indent}{reason}" for reason in line.why]
                found += [f"{indent}[{place}]" for place in places(line.sources, self.language)]
        return "\n".join(found)


def places(sources: tuple[Source, ...], language: str = "en") -> list[str]:
    """`hospital, file, sheet, rows` with the rows of one sheet together: SITE, lesions.csv, rows 12-16, 20."""
    say, found = Words(language), []
    for (site, file, sheet), group in groupby(sorted(set(sources)), lambda one: (one.site_id, one.file, one.sheet)):
        rows = sorted({one.row for one in group})
        runs = [rows[:1]]
        for before, row in pairwise(rows):
            if row == before + 1:
                runs[-1] = [runs[-1][0], row]
            else:
                runs.append([row])
        text = ", ".join("-".join(str(row) for row in run) for run in runs)
        where = [site, file, *([say("explain.sheet", sheet=sheet)] if sheet else [])]
        found.append(say("explain.row" if len(rows) == 1 else "explain.rows", place=", ".join(where), rows=text))
    return found
