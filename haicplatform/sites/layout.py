"""How a site file says that a file is to be read.

Belongs here: encoding, delimiter, header rows, sheets. Does not belong here: reading (ingest.reading).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileLayout:
    """How a file is to be read; None means: find out from the file.

    encoding      a Python codec's name; what is declared wins over what could be guessed
    delimiter     one character
    header_rows   the header's row numbers as a person counts them; two rows are joined 'top_bottom'
    sheet         glob of worksheet names; None reads every visible sheet, a named hidden one is read too
    skip_rows     regular expression: a row whose first cell matches is a totals row, skipped and counted
    date_system   1900 or 1904, where a workbook declares the wrong one
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_rows: tuple[int, ...] = (1,)
    sheet: str | None = None
    skip_rows: str | None = None
    date_system: int | None = None
