"""Numbers that name a person, in one text: finding and masking them, and the keyed hash of a patient number.

Belongs here: the patterns. Does not belong here: whole sheets (scan.py of ingest.landing), refusing a file.

A registration number is YYMMDD-SXXXXXX: a day that exists, S 1 to 8, thirteen digits with or without a hyphen or
blanks, full-width digits too; the checksum is not asked for (numbers issued since October 2020 have none). A
longer chain of digits holds none, nor does one joined to a Latin letter or a decimal point without a hyphen:
timestamps, specimen and accession numbers are not persons.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

REGISTRATION_NUMBER = "registration_number"


PHONE_NUMBER = "phone_number"


MASK = "[masked]"


HASH_LENGTH = 32


_DAY = "(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))"


_BORN, _REST = f"[0-9]{{2}}{_DAY}", "[1-8][0-9]{6}"


_PARTED = rf"(?:^|[^0-9])({_BORN}(?:\s{{0,3}}-\s{{0,3}}|\s{{1,3}}){_REST})(?:$|[^0-9])"


_JOINED = rf"(?:^|[^0-9A-Za-z.])({_BORN}{_REST})(?:$|[^0-9A-Za-z])"


_GAP = r"[)\s.-]{1,3}"


_PREFIX = r"(?:0|[+]?82[\s-]?\(?0?\)?)"


_PHONE = rf"(?:^|[^0-9.])({_PREFIX}1(?:0{_GAP}[0-9]{{4}}|[16789]{_GAP}[0-9]{{3,4}}){_GAP}[0-9]{{4}})(?:$|[^0-9])"


_PHONE_JOINED = r"(?:^|[^0-9A-Za-z.])(010[1-9][0-9]{7})(?:$|[^0-9A-Za-z])"


_PATTERNS = {REGISTRATION_NUMBER: (_PARTED, _JOINED), PHONE_NUMBER: (_PHONE, _PHONE_JOINED)}


_COMPILED = {kind: [re.compile(p) for p in patterns] for kind, patterns in _PATTERNS.items()}


ANY = "|".join(pattern for patterns in _PATTERNS.values() for pattern in patterns)


SHORTEST = 10  # bytes; no hit is shorter


# one character for one, so that a place in the plain text is the place in the cell
_PLAIN = str.maketrans("０１２３４５６７８９‐‑‒–—―−－", "0123456789--------")


UNPLAIN = "[０-９‐‑‒–—―−－]"


def kinds_in(text: str) -> list[str]:
    """The kinds of identifier in one text (a file name, a header)."""
    plain = text.translate(_PLAIN)
    return [kind for kind, patterns in _COMPILED.items() if any(p.search(plain) for p in patterns)]


def mask_text(text: str) -> str:
    """The text with every identifier replaced by `[masked]`; everything else stays."""
    plain = text.translate(_PLAIN)
    for patterns in _COMPILED.values():
        for pattern in patterns:
            while match := pattern.search(plain):
                start, end = match.span(1)
                text = text[:start] + MASK + text[end:]
                plain = plain[:start] + MASK + plain[end:]
    return text


def plain_id(text: str, digits: int | None = None) -> str:
    """A patient number as it is hashed: NFKC, no blanks around, a numeric one padded to `digits` with zeros."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("\u200b\ufeff").strip()
    return plain.zfill(digits) if digits and plain.isdecimal() else plain


def hash_id(plain: str, key: bytes, site_id: str) -> str:
    """One plain patient number of one hospital as its keyed hash."""
    message = f"{site_id}\x1f{plain}".encode()
    return hmac.digest(key, message, hashlib.sha256).hex()[:HASH_LENGTH]
