"""The workbook of a hospital's queries over the web: taken out, and taken back in.

Belongs here: who may, the size of what is taken in, and the entry in the audit. Does not belong here: the workbook
itself (queries/export.py, answers.py).

A workbook holds a hospital's own patient numbers: it lies in a folder of its own (mode 700) only as long as it is
made or read.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from haicplatform.core.clock import now
from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.core.people import READER
from haicplatform.ledger import audit
from haicplatform.ledger.engine import writing
from haicplatform.queries.answers import Imported, import_answers
from haicplatform.queries.export import export_queries
from haicplatform.review.data.page_context import PageContext
from haicplatform.sites.loading import list_sites

LARGEST = 5_000_000
# what its parts may come to when unpacked
LARGEST_INSIDE = 100_000_000


def workbook_of(ctx: PageContext, site_id: str) -> tuple[str, bytes]:
    """(file name, bytes) of a hospital's waiting queries. Raises NotThere as for a hospital that does not exist."""
    if ctx.person.role == READER or not ctx.person.may_see(site_id) or site_id not in list_sites(ctx.home):
        ctx.refuse()
    with tempfile.TemporaryDirectory(prefix="haic-queries-") as folder:
        path = Path(folder) / "queries.xlsx"
        count = export_queries(ctx.home, ctx.person, site_id, path)
        data = path.read_bytes()
    _note(ctx, "queries.export", site_id, {"queries": count})
    return f"{site_id}_queries_{now():%Y%m%d}.xlsx", data


def take(ctx: PageContext, name: str, data: bytes) -> Imported:
    """Take the answers of a workbook: all or none.

    Raises FileRefused or UsageError where it is no such workbook, DataRefused with the list of what is wrong,
    NotThere for a hospital that is not this person's.
    """
    _held_small(name, data)
    with tempfile.TemporaryDirectory(prefix="haic-queries-") as folder:
        path = Path(folder) / "answers.xlsx"
        path.write_bytes(data)
        done = import_answers(ctx.home, ctx.person, path)
    _note(ctx, "queries.import", done.site_id, {"answered": done.answered, "unanswered": done.unanswered})
    return done


def _held_small(name: str, data: bytes) -> None:
    """A small file that unpacks to gigabytes would take the whole server along."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            inside = sum(part.file_size for part in container.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise FileRefused(
            "The file is no Excel workbook that can be read", expected="the workbook of the queries, saved as .xlsx",
            todo="save it again from Excel as .xlsx", reason="type",
            ko="엑셀 파일로 읽을 수 없습니다. 내려받은 질의서를 .xlsx 형식으로 다시 저장해 올려 주십시오.",
        ) from None  # fmt: skip
    if len(data) > LARGEST or inside > LARGEST_INSIDE:
        raise UsageError(
            "The workbook is too large", expected=f"at most {LARGEST // 1_000_000} MB",
            todo="upload the workbook of the queries and nothing else",
            ko=f"파일이 너무 큽니다. {LARGEST // 1_000_000}MB 이하의 질의서 파일만 올려 주십시오.",
        )  # fmt: skip


def _note(ctx: PageContext, action: str, site_id: str, new: dict) -> None:
    ledger = ctx.ledger()
    with writing(ledger.engine, ledger.home) as session:
        audit.append(session, ctx.person.name, [audit.Act(action, f"site:{site_id}", site_id, new=new)])
