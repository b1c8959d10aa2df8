"""Names and texts as SQL writes them.

Belongs here: quoting. Does not belong here: any query.
"""

from __future__ import annotations


def quoted(name: str) -> str:
    """A column, table or schema."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """A text, also the path of a file."""
    return "NULL::VARCHAR" if text is None else "'" + text.replace("'", "''") + "'"
