"""Inboxes: which waiting files make a delivery, under which names, of what time.

Belongs here: grouping, names as they are kept, the hash of a file that nobody is still writing.
Does not belong here: writing anything (land.py). Files in an inbox are only read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.core.identifiers import kinds_in, mask_text
from haicplatform.ingest.reading.cells import nfc
from haicplatform.sites.model import ExtractedAt

CHUNK = 1 << 20
_UNFINISHED = (".part", ".tmp", ".partial", ".crdownload", ".filepart")
_SYSTEM = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Waiting:
    """A file in an inbox: path, its name in the delivery, size and time of change when it was hashed."""

    path: Path
    name: str
    identifiers: tuple[str, ...]
    sha256: str = ""
    state: tuple[int, int] = (0, 0)


def groups(inbox: Path, paths: Iterable[Path] | None) -> list[tuple[Path | None, list[Path]]]:
    """(folder or None for loose files, files): each folder is one delivery."""
    given = list(paths) if paths is not None else [inbox]
    for path in given:
        if not path.exists() and path != inbox:
            raise UsageError(
                f"There is no file or folder {path}",
                expected="a path that exists",
                todo="correct the path, or name none to read the site's inbox",
            )
    try:
        entries: list[Path] = []
        for path in given:
            is_inbox = path.resolve() == inbox.resolve()
            entries += sorted(inbox.iterdir() if inbox.is_dir() else ()) if is_inbox else [path]
        entries = [path for path in entries if not _is_ignored(path)]
        folders = [(path, _files_in(path)) for path in entries if path.is_dir()]
    except OSError as error:
        raise UsageError(
            f"The folder {error.filename} cannot be read",
            found=error.strerror or type(error).__name__,
            expected="a folder that this account may read",
            todo="correct its permissions and ingest again",
        ) from None
    loose = [path for path in entries if path.is_file()]
    return [group for group in [*folders, (None, loose)] if group[1]]


def _files_in(folder: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(each for each in folders if not _is_ignored(Path(each)))
        found += [Path(parent, name) for name in sorted(names) if not _is_ignored(Path(name))]
    return found


def _raise(error: OSError) -> None:
    raise error


def _is_ignored(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith((".", "~$")) or name.endswith(_UNFINISHED) or name in _SYSTEM


def named(folder: Path | None, files: list[Path]) -> list[Waiting]:
    """Names as they are kept: NFC, identifiers masked, still distinct."""
    taken: set[str] = set()
    waiting = []
    for path in files:
        own = nfc(path.relative_to(folder).as_posix() if folder else path.name)
        base = name = mask_text(own)
        copy = 1
        while name in taken:
            copy += 1
            stem, dot, ending = base.rpartition(".")
            name = f"{stem}~{copy}.{ending}" if dot else f"{base}~{copy}"
        taken.add(name)
        waiting.append(Waiting(path, name, tuple(kinds_in(own))))
    return waiting


def by_time(
    waiting: list[Waiting], folder: Path | None, extracted_at: ExtractedAt
) -> tuple[list[tuple[dt.datetime | None, list[Waiting]]], list[FileRefused]]:
    """Loose files make one delivery a time that their names say; a folder is one, at its latest time.

    Returned beside the deliveries: what has no time although the site file says that its name tells it.
    """
    times = [extracted_at.of(each.name) for each in waiting]
    if extracted_at.from_ != "file_name":
        return [(times[0], waiting)], []
    if folder is not None:
        known = [when for when in (*times, extracted_at.of(nfc(folder.name))) if when]
        if not known:
            return [], [_undated(mask_text(nfc(folder.name)), extracted_at)]
        return [(max(known), waiting)], []
    by_date: dict[dt.datetime, list[Waiting]] = {}
    for each, when in zip(waiting, times, strict=True):
        if when:
            by_date.setdefault(when, []).append(each)
    undated = [_undated(each.name, extracted_at) for each, when in zip(waiting, times, strict=True) if not when]
    return sorted(by_date.items()), undated


def hashed(each: Waiting) -> Waiting:
    try:
        before = each.path.stat()
        digest = hashlib.sha256()
        with each.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        after = each.path.stat()
    except OSError as error:
        raise unreadable(each.name, error) from None
    if state(before) != state(after):
        raise growing(each.name)
    return replace(each, sha256=digest.hexdigest(), state=state(after))


def state(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


def _undated(name: str, extracted_at: ExtractedAt) -> FileRefused:
    return FileRefused(
        "The file's name does not say when it was extracted",
        file=name,
        expected=f"a name with {extracted_at.pattern}",
        todo="rename it, or correct `extracted_at` in the site file",
        reason="missing",
    )


def unreadable(name: str, error: OSError) -> FileRefused:
    return FileRefused(
        "The file cannot be opened",
        file=name,
        found=error.strerror or type(error).__name__,
        expected="a file that this account may read",
        todo="correct its permissions; it is taken at the next run",
        reason="unreadable_rows",
    )


def growing(name: str) -> FileRefused:
    return FileRefused(
        "The file changed while it was read",
        file=name,
        expected="a file that is written completely",
        todo="wait until the copy is finished; it is taken at the next run",
        reason="truncated",
    )
