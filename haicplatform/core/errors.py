"""The errors a user can cause, and how they are said.

Belongs here: the one base class, its kinds with their exit codes, and the sentence they make.
Does not belong here: findings about rows (they are data, see rows.py) and logging.
"""

from __future__ import annotations

from dataclasses import dataclass

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3


@dataclass
class HaicError(Exception):
    """A failure with a sentence for a person: what happened, where, what was expected, what to do.

    No field may hold a patient's identity; `found` is for headers, file names, codes and settings. ko: the whole
    sentence in Korean, for an error that people meet on a page.
    """

    what: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    todo: str | None = None
    ko: str | None = None

    exit_code = EXIT_FAILED

    def said(self, language: str) -> str:
        """The sentence in a reader's language (`ko`, `en`); in English where there is no other."""
        return self.ko if language == "ko" and self.ko else str(self)

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                f"file {self.file}" if self.file else "",
                f"row {self.row}" if self.row is not None else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        sentence = self.what.rstrip(".") + (f" ({where})" if where else "") + "."
        if self.found is not None:
            sentence += f" Found: {self.found}."
        if self.expected is not None:
            sentence += f" Expected: {self.expected}."
        if self.todo:
            sentence += f" What to do: {self.todo.rstrip('.')}."
        return sentence


class UsageError(HaicError):
    """Wrong usage or configuration: a command, a setting, a site file or a study file."""

    exit_code = EXIT_USAGE


class NotThere(UsageError):
    """What was asked for does not exist, or not for the person who asks: one sentence for both."""


class ChangedMeanwhile(UsageError):
    """What a person decided about is not any more as that person saw it."""


class DataRefused(HaicError):
    """Data that were refused; everything else was done."""

    exit_code = EXIT_REFUSED


@dataclass
class FileRefused(DataRefused):
    """One file of a delivery that cannot be taken; `reason` makes the rule id `file.<reason>`."""

    reason: str = "unreadable"


def is_transient(error: BaseException) -> bool:
    """Whether trying again later can help: a busy disk or database, never a user's fault."""
    if isinstance(error, HaicError):
        return False
    return isinstance(error, OSError) or type(error).__name__ == "OperationalError"
