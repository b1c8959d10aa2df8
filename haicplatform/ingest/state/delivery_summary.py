"""What processing a delivery came to: summary.json in the folder of its mapping.

Belongs here: the counts, where the folder is, reading it. Does not belong here: processing
(pipeline.process_delivery), whether the delivery is accepted (ingest.validation).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from haicplatform.core.settings import Home
from haicplatform.ingest.state.merging import ProcessedDelivery

SUMMARY = "summary.json"


@dataclass(frozen=True)
class TableCount:
    """Rows of one table: as mapped, accepted, set aside, of those for an error, and explicit deletions."""

    delivered: int
    valid: int
    quarantined: int
    quarantined_for_error: int
    deleted: int = 0


@dataclass(frozen=True)
class Summary:
    """What a derivation came to; summary.json.

    whole: the tables that count; partly: those of them that lack a source. rules: errors and warnings a rule;
    severities: findings a severity.
    """

    delivery_id: str
    mapping: str
    files: list[str] = field(default_factory=list)
    refused_files: list[list[str]] = field(default_factory=list)  # [file, reason, sentence]
    whole: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    tables: dict[str, TableCount] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)

    def derived(self, folder: Path) -> ProcessedDelivery:
        return ProcessedDelivery(self.delivery_id, self.mapping, folder, frozenset(self.whole), frozenset(self.partly))


def folder_of(home: Home, site_id: str, delivery_id: str, mapping: str) -> Path:
    return home.landing / site_id / delivery_id / mapping


def load_summary(folder: Path) -> Summary:
    """The summary of a finished derivation."""
    content = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    content["tables"] = {name: TableCount(**count) for name, count in content["tables"].items()}
    return Summary(**content)
