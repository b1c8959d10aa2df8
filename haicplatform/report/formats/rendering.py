"""A report in every language, each made in a process beside this one.

Belongs here: the processes. Does not belong here: what they write (write.py).

A process that writes documents loads drawing and page-setting libraries for seconds; it is kept for the next report
of the same run, and the process that asks for a report loads none of them.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core.errors import HaicError
from haicplatform.report.document.messages import LANGUAGES
from haicplatform.report.formats import FORMATS

if TYPE_CHECKING:
    from haicplatform.report.document.context import Context
    from haicplatform.studies.study import Study


def render(
    study: Study,
    estimates: pl.DataFrame,
    context: Context,
    out_dir: Path,
    *,
    languages: tuple[str, ...] = LANGUAGES,
    formats: tuple[str, ...] = FORMATS,
) -> Path:
    """Compose and write report.html, .docx, .xlsx and .pdf, report.ko.* and figures/*.svg; the English page's path.

    `estimates`: rows of analysis.estimate of this study and snapshot, sensitivity analyses included. Raises
    UsageError where the PDF cannot be made on this machine, and HaicError where the report contradicts itself: then
    out_dir must not be used.
    """
    from haicplatform.report.check.estimate_index import refuse_contradictions
    from haicplatform.report.check.estimates import check_estimates

    in_language = partial(_write, study, estimates, context, out_dir, formats)
    if len(languages) == 1:
        refuse_contradictions(check_estimates(estimates))
        return in_language(languages[0])
    pages = [_workers().submit(in_language, language) for language in languages]
    try:
        refuse_contradictions(check_estimates(estimates))  # while the others write
        first, *_ = [page.result() for page in pages]
        return first
    except BrokenProcessPool:
        _workers.cache_clear()
        raise HaicError(
            "The documents were not written: a process that writes them was ended from outside",
            todo="run it again; is there enough memory?",
        ) from None


@cache
def _workers() -> ProcessPoolExecutor:
    # spawned, not forked: a fresh process shares no thread with this one
    return ProcessPoolExecutor(len(LANGUAGES), mp_context=get_context("spawn"))


def _write(
    study: Study, estimates: pl.DataFrame, context: Context, out_dir: Path, formats: tuple[str, ...], language: str
) -> Path:
    from haicplatform.report.formats.write import write_checked

    return write_checked(study, estimates, context, out_dir, formats, language)
