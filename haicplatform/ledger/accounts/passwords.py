"""Passwords: how they are kept and compared.

Belongs here: argon2id (RFC 9106), and what a password must be. Does not belong here: counting failures (login.py).
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from haicplatform.core.errors import UsageError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, LONGEST = 12, 200
# two at once, whoever tries
_room = threading.BoundedSemaphore(2)


def hashed(name: str, password: str) -> str:
    """The argon2id hash to keep. Raises UsageError for a password that is too short, endless, or the name itself."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            "The password cannot be taken",
            expected=f"{SHORTEST} to {LONGEST} characters",
            ko=f"비밀번호를 {SHORTEST}자 이상 {LONGEST}자 이하로 정해 주십시오.",
        )
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise UsageError(
            "The password is too easy to guess",
            expected="no account's name in it and at least 5 different characters",
            ko="추측하기 쉬운 비밀번호입니다. 계정 이름을 넣지 말고 서로 다른 글자를 5개 이상 써 주십시오.",
        )
    with _room:
        return _hasher().hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Whether the password is the one kept. kept None (no such account) takes as long and is never right."""
    with _room:
        right = _hasher().verify(password[:LONGEST], kept or _nobody())
    return right and kept is not None


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    # OWASP's smallest (Password Storage Cheat Sheet: 19 MiB, two passes): the server's memory is for its pages
    return PasswordHash((Argon2Hasher(memory_cost=19456, time_cost=2, parallelism=1),))


@cache
def _nobody() -> str:
    import secrets

    return _hasher().hash(secrets.token_urlsafe())
