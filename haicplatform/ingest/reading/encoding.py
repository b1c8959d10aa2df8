"""Which encoding a text file has, and its text as UTF-8.

Belongs here: byte order marks, strict decoding, the refusal that names what was expected and found.
Does not belong here: delimiters and rows (text.py). Latin-1 is never guessed: it reads anything, wrongly.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from haicplatform.core.errors import FileRefused, UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHOWN = {"utf-8": "UTF-8", "cp949": "CP949", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_WIDE = re.compile("[\u0800-\U0010ffff]")
# letters that NFC never changes: ASCII, Latin-1, kana without marks, Han, Hangul syllables (as UTF-8 bytes)
_SETTLED = bytes([*range(0xC0), *range(0xC2, 0xCC), *range(0xE3, 0xEE)])
_KANA_MARKS = (b"\xe3\x82\x99", b"\xe3\x82\x9a")
_BELOW_HANGUL = re.compile(rb"\xea[\x80-\xaf]")
# strict EUC-KR lacks 8,822 syllables that Windows writes under that name; CP949 reads both
_SUPERSET = {"euc_kr": "cp949", "ks_c_5601-1987": "cp949"}


@dataclass(frozen=True, repr=False)
class Decoded:
    """A file's text as UTF-8 without a mark; `is_nfc` where it certainly is, which saves later work."""

    utf8: bytes
    encoding: str
    is_nfc: bool


def decode(data: bytes, name: str, declared: str | None = None) -> Decoded:
    """Decode a text file: its mark, else what is declared, else strict UTF-8, UTF-16, CP949.

    Raises FileRefused with reason 'encoding' (or 'truncated', where only the last character is cut off),
    UsageError where the declared name is no encoding.
    """
    wanted = _codec(declared) if declared else None
    mark, marked = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", None))
    if marked:
        if wanted and not _agrees(wanted, marked):
            raise _refuse(name, _shown(marked), declared)
        return _strict(data[len(mark) :], marked, name, declared)
    if wanted:
        return _declared(data, wanted, name, declared)
    if data.isascii() and b"\x00" not in data:
        return Decoded(data, "utf-8", True)
    for encoding in _candidates(data):
        try:
            return _strict(data, encoding, name, None)
        except FileRefused as refusal:
            if refusal.reason == "truncated" and encoding != "cp949":
                raise
    raise _refuse(name, "neither UTF-8 nor CP949", declared)


def _candidates(data: bytes) -> list[str]:
    """Encodings to try without a mark: zero bytes on one side only are UTF-16, otherwise UTF-8, CP949."""
    if b"\x00" not in data:
        return ["utf-8", "cp949"]
    even, odd = data[0::2].count(0), data[1::2].count(0)
    return ["utf-16-le"] if odd > even else ["utf-16-be"]


def _declared(data: bytes, wanted: str, name: str, declared: str | None) -> Decoded:
    if wanted in ("utf-16", "utf-32"):
        raise _refuse(name, f"no byte order mark of {declared}", declared)
    if wanted == "cp949" and _is_wide_utf8(data):
        # CP949 can read many UTF-8 texts, as nonsense: a strict UTF-8 reading of three-byte letters is no accident
        raise _refuse(name, "UTF-8", declared)
    return _strict(data, wanted, name, declared)


def _strict(data: bytes, encoding: str, name: str, declared: str | None) -> Decoded:
    if data.isascii() and b"\x00" not in data and encoding in ("utf-8", "cp949"):
        return Decoded(data, encoding, True)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if _is_cut(data, encoding, error):
            raise FileRefused(
                "The file ends in the middle of a character",
                file=name,
                found=f"{len(data):,} bytes of {_shown(encoding)} text",
                expected="a complete file",
                todo="export it again and copy it completely",
                reason="truncated",
            ) from None
        found = _shown(_guess(data)) if declared else f"bytes that are not {_shown(encoding)}"
        raise _refuse(name, found, declared, error.start) from None
    if "\x00" in text:
        raise FileRefused(
            "The file is not text",
            file=name,
            found="zero bytes among its characters",
            expected="a text file",
            todo="export it again as CSV",
            reason="type",
        )
    utf8 = data if encoding == "utf-8" else text.encode("utf-8")
    return Decoded(utf8, encoding, _is_nfc(utf8))


def _is_nfc(utf8: bytes) -> bool:
    if utf8.translate(None, _SETTLED) or any(mark in utf8 for mark in _KANA_MARKS):
        return False
    return _BELOW_HANGUL.search(utf8) is None


def _is_cut(data: bytes, encoding: str, error: UnicodeDecodeError) -> bool:
    """Only the very last character is incomplete, and the text before it shows that the encoding is right."""
    cut = any(word in error.reason for word in ("unexpected end", "incomplete", "truncated"))
    if not cut or len(data) - error.start > 3:
        return False
    head = data[: error.start]
    return encoding.startswith("utf-16") or (not head.isascii() and (encoding != "utf-8" or _is_wide_utf8(head)))


def _is_wide_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        return _WIDE.search(data.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False


def _guess(data: bytes) -> str:
    for encoding in _candidates(data):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "neither UTF-8 nor CP949"


def _codec(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise UsageError(
            "The declared encoding is not known",
            found=declared,
            expected="utf-8, cp949, euc-kr or utf-16",
            todo="correct `encoding` in the site file",
        ) from None
    return {"utf-8-sig": "utf-8"}.get(name, _SUPERSET.get(name, name))


def _agrees(wanted: str, marked: str) -> bool:
    return marked == wanted or marked.startswith(wanted + "-")


def _shown(encoding: str) -> str:
    return _SHOWN.get(encoding, encoding)


def _refuse(name: str, found: str, declared: str | None, byte: int | None = None) -> FileRefused:
    at = f", first at byte {byte + 1:,}" if byte is not None else ""
    return FileRefused(
        "The file's text cannot be decoded",
        file=name,
        found=f"{found}{at}",
        expected=f"{declared} as the site file says" if declared else "UTF-8, CP949 or UTF-16",
        todo="export it again in the expected encoding, or correct `encoding` in the site file",
        reason="encoding",
    )
