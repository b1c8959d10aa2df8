"""One patient's story, from the relations that decided it."""

from haicplatform.explanation.story import Line, Part, Source, Story
from haicplatform.explanation.tell import explain

__all__ = ["Line", "Part", "Source", "Story", "explain"]
