"""One patient's story, from the relations that decided it."""

from haicplatform.lineage.explain.narrate import explain
from haicplatform.lineage.explain.narrative import Line, Part, Source, Story

__all__ = ["Line", "Part", "Source", "Story", "explain"]
