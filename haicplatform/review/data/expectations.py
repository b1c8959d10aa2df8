"""What every whole-batch expectation on one delivery came to, for a person's page.

Belongs here: the results as they were kept, the worst first, and the names of the rules and reasons in Korean. Does not
belong here: judging (gates.py), measuring (expectations.py of the platform), NiceGUI.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from haicplatform.ingest.validation.acceptance import results_of
from haicplatform.review.data.delivery_list import judged, one

if TYPE_CHECKING:
    from haicplatform.core.people import Person
    from haicplatform.core.settings import Home
    from haicplatform.ledger.store import Ledger
    from schemas.batches import BatchResult

FAILED, NOT_RUN, PASSED = "failed", "not_run", "passed"
STATUS = {FAILED: ("미통과", "failed"), NOT_RUN: ("수행 못 함", "not run"), PASSED: ("통과", "passed")}
RULE = {
    "delivery.volume": ("행 수", "rows against the last delivery"),
    "delivery.required_rows": ("필수 표", "a table that must have rows"),
    "delivery.extract_age": ("도착했을 때 추출한 지 지난 일수", "days from the extract to its arrival"),
    "delivery.newest_event": ("새 기록이 없는 일수", "days of extracts without newer dates"),
    "delivery.missing_share": ("빈칸 비율", "share of empty cells"),
    "delivery.distribution": ("값 분포", "distribution of values"),
    "delivery.code_share": ("코드별 빈도", "frequency of codes"),
    "delivery.code_vanished": ("사라진 코드", "codes that do not come any more"),
    "delivery.ratio": ("상위 표 한 행당 행 수", "rows for a row of the table above"),
    "delivery.reference_count": ("병원에서 알려 준 행 수", "rows that the hospital announced"),
}
_REASON = (
    (r"no earlier accepted delivery; a first load may be old", "이전에 반영된 자료가 없습니다(첫 자료)"),
    (r"no earlier accepted delivery( of the table)?", "비교할 이전 자료가 없습니다"),
    (r"the table had no rows in the last accepted delivery", "지난번에 반영된 자료에 이 표의 행이 없습니다"),
    (r"it was taken in before profiles were kept", "요약을 보관하기 전에 받은 자료입니다"),
    (r"an incremental extract brings only what changed", "변경분만 오는 자료라 비교하지 않습니다"),
    (r"it did not come on a later day than the one before it", "이전 자료와 같은 날 도착했습니다"),
    (r"the files do not say when they were extracted", "파일에 추출일이 적혀 있지 않습니다"),
    (r"fewer than (\d+) rows", r"행이 \1개보다 적습니다"),
    (r"the table did not come whole", "이 표의 파일이 모두 오지 않았습니다"),
    (r"the site file turns it off: (.*)", r"사이트 파일에서 사용하지 않도록 정했습니다: \1"),
    (r"it could not be computed", "계산할 수 없습니다"),
    (r"the expectation gave no answer", "점검 도구가 답하지 않았습니다"),
)


def outcomes(home: Home, ledger: Ledger, person: Person, site_id: str, delivery_id: str) -> list[BatchResult]:
    """Every expectation on a delivery, what failed first, then what could not run.

    Empty where it waits or was judged before results were kept. Raises NotThere for a delivery that does not exist or
    is of another hospital than the person's.
    """
    found = one(home, ledger, person, site_id, delivery_id)
    kept = judged(ledger, found).get("expectations")
    if kept is None:
        return []
    results = results_of(home.landing / site_id / delivery_id, kept)
    order = list(STATUS)
    return sorted(results, key=lambda each: (order.index(each.status), list(RULE).index(each.rule_id)))


def counted(results: list[BatchResult]) -> dict[str, int]:
    """status -> how many, in the order of STATUS."""
    count = Counter[str](each.status for each in results)
    return {status: count[status] for status in STATUS}


def why_ko(text: str) -> str:
    """A reason in Korean, `rule of table: reason` too; as it is where there are no words for it."""
    place, mark, reason = text.partition(": ")
    head, known = ("", text) if not place.startswith("delivery.") else (place, reason if mark else "")
    for pattern, korean in _REASON:
        found = re.fullmatch(pattern, known, flags=re.DOTALL)
        if found:
            said = found.expand(korean)
            return f"{_place_ko(head)}: {said}" if head else said
    return text


def _place_ko(text: str) -> str:
    from schemas.contract import TABLES

    rule, _, table = text.partition(" of ")
    name = RULE[rule][0] if rule in RULE else rule
    return f"{name}, '{TABLES[table].ko}' 표" if table in TABLES else name
