"""What a page says about a delivery as a whole: the failed first, what could not run with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import haicplatform.ingest.validation.drift
import schemas.batches
from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.review.data.expectations import RULE, counted, outcomes, why_ko
from schemas.batches import REQUIRED_ROWS, VOLUME, thresholds
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("m", "data_manager")


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Two deliveries of a hospital; in the second the etiology of every patient is gone."""
    home = Home(tmp_path_factory.mktemp("judged") / "home").create()
    make_site(home)
    for day in ("20240101", "20240102"):
        rows = records(22)
        if day.endswith("2"):
            for row in rows["patient"]:
                row["etiology"] = None
        deliver(home, rows, day)
        ingest_site(home, "AAA")
    with Ledger(home) as ledger:
        yield home, ledger, [each.delivery_id for each in ledger.deliveries("AAA")]


def test_what_failed_comes_first_then_what_could_not_run(judged):
    home, ledger, (first, second) = judged
    results = outcomes(home, ledger, MANAGER, "AAA", second)
    assert [each.status for each in results] == sorted((each.status for each in results), key=_rank)
    worst = results[0]
    assert (worst.rule_id, worst.column_name, worst.value, worst.status) == (
        "delivery.missing_share", "etiology", "100.0 %", "failed",
    )  # fmt: skip
    assert counted(outcomes(home, ledger, MANAGER, "AAA", first))["passed"] == 0


def _rank(status: str) -> int:
    return ("failed", "not_run", "passed").index(status)


def test_a_delivery_of_another_hospital_is_not_there(judged):
    home, ledger, (_, second) = judged
    with pytest.raises(NotThere):
        outcomes(home, ledger, Person("c", "coordinator", frozenset({"BBB"})), "AAA", second)


def test_every_rule_and_every_reason_has_korean_words(judged):
    assert RULE.keys() == thresholds().keys() | {VOLUME, REQUIRED_ROWS}
    home, ledger, deliveries = judged
    for delivery in deliveries:
        for each in outcomes(home, ledger, MANAGER, "AAA", delivery):
            if each.status == "not_run":
                assert re.search("[가-힣]", why_ko(each.note)), each.note
                assert re.search("[가-힣]", why_ko(f"{each.rule_id} of lab: {each.note}"))
    written = "".join(
        Path(module.__file__).read_text() for module in (haicplatform.ingest.validation.drift, schemas.batches)
    )
    said = re.findall(r'"((?:no earlier|it was taken|it did not come|the table|an incremental)[^"{]*)"', written)
    assert len(said) >= 6 and [each for each in said if why_ko(each) == each] == []


def test_a_reason_without_words_is_shown_as_it_is():
    assert why_ko("delivery.ratio of lab: MetricError") == "delivery.ratio of lab: MetricError"
