"""Who works with the platform: a person, a role, and a text that a person writes.

Belongs here: the four roles, whom a person may see, what a written reason may hold. Does not belong here: passwords and
sessions (ledger.accounts), what a role may do to a query (queries.transitions).
"""

from __future__ import annotations

from dataclasses import dataclass

from haicplatform.core.errors import UsageError
from haicplatform.core.identifiers import kinds_in

ADMINISTRATOR, DATA_MANAGER, COORDINATOR, READER = "administrator", "data_manager", "coordinator", "reader"


ROLES = (ADMINISTRATOR, DATA_MANAGER, COORDINATOR, READER)


LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Person:
    """Who acts. sites: the hospitals a coordinator answers for; None means every hospital."""

    name: str
    role: str
    sites: frozenset[str] | None = None

    def may_see(self, site_id: str) -> bool:
        return self.sites is None or site_id in self.sites


def plain_note(text: str | None) -> str | None:
    """A person's text as it is kept: no control characters, no number that names a person, not endless."""
    if text is None or not text.strip():
        return None
    clean = "".join(letter for letter in text.strip() if letter in "\n\t" or letter.isprintable())
    if kinds_in(clean):
        raise UsageError(
            "The text holds a resident registration number or a telephone number; nothing was changed",
            todo="write it again without the number",
            ko="입력하신 글에 주민등록번호나 전화번호가 있어 저장하지 않았습니다. 번호를 빼고 다시 적어 주십시오.",
        )
    if len(clean) > LONGEST_NOTE:
        raise UsageError(
            "The text is too long", found=f"{len(clean)} characters", expected=f"at most {LONGEST_NOTE}",
            ko=f"글이 너무 깁니다({len(clean)}자). {LONGEST_NOTE}자까지 적을 수 있습니다.",
        )  # fmt: skip
    return clean
