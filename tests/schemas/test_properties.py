"""What holds whatever a hospital sends: nothing is lost, nothing is invented, the order of rows does not matter."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from staged import EXTRACTED, check, stage

from haicplatform.findings import findings
from haicplatform.ingest.validation.rows import validate
from schemas.contract import TABLES

_dates = st.one_of(st.none(), st.integers(-400, 400).map(lambda days: EXTRACTED + timedelta(days=days)))
_doses = st.one_of(st.none(), st.integers(-5, 5).map(Decimal))
_administrations = st.lists(
    st.fixed_dictionaries(
        {
            "patient_id": st.sampled_from(["P1", "P2", None]),
            "admin_date": _dates,
            "dose": _doses,
            "route": st.sampled_from(["IA", "IV", "??", None]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(_administrations)
def test_every_row_counts_or_is_set_aside_with_a_reason(rows):
    result = check("administration", *rows)
    kept, lost = set(result.frame["row_id"]), set(result.quarantined["row_id"])
    assert kept | lost == set(stage("administration", *rows).frame["row_id"]) and not kept & lost
    done = findings.render_findings(result.findings)
    assert lost <= set(done["row_id"])
    assert all(rules for rules in result.quarantined["rules"].to_list())
    good = result.frame
    assert good["patient_id"].null_count() == 0 and good["dose"].null_count() == 0
    assert good.filter((pl.col("dose") <= 0) | (pl.col("admin_date") > EXTRACTED)).is_empty()
    assert not good.select(TABLES["administration"].key).is_duplicated().any()
    assert done.unique(["row_id", "rule_id", "column_name"]).height == done.height


_events = st.lists(
    st.fixed_dictionaries(
        {
            "event_type": st.sampled_from(["DEATH", "LAST_CONTACT"]),
            "event_date": st.sampled_from([None, "2023", "2023-05", "2023-05-03", "2031-01-01"]),
            "source": st.sampled_from(["EMR", "PHONE", None, "??"]),
            "cause": st.sampled_from([None, "HCC"]),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(_events)
def test_a_patient_with_a_death_still_has_one_afterwards(rows):
    result = check("followup_event", *rows)
    died = any(row["event_type"] == "DEATH" for row in rows)
    assert died == (not result.frame.filter(pl.col("event_type") == "DEATH").is_empty())


@settings(max_examples=20, deadline=None)
@given(_administrations, st.randoms(use_true_random=False))
def test_the_order_of_the_staged_rows_does_not_matter(rows, random):
    staged = stage("administration", *rows)
    straight = validate(TABLES["administration"], staged, extracted_at=EXTRACTED)
    order = list(range(len(rows)))
    random.shuffle(order)
    staged.frame = staged.frame[order]
    shuffled = validate(TABLES["administration"], staged, extracted_at=EXTRACTED)
    assert set(straight.frame["row_id"]) == set(shuffled.frame["row_id"])
    assert set(straight.findings.select("row_id", "rule_id").rows()) == set(
        shuffled.findings.select("row_id", "rule_id").rows()
    )


@settings(max_examples=30, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]))
def test_a_partial_date_is_late_only_where_its_known_part_is(day, form):
    text = day.strftime(form)
    result = check("diagnosis", {"hcc_dx_date": text})
    assert result.frame.is_empty() == (text > EXTRACTED.strftime(form))
