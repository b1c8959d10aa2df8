"""What the registry of estimates says of a report holds: its sections print, its sentences and items are there."""

from __future__ import annotations

from dataclasses import replace

from haicplatform.estimation.registry import registry
from haicplatform.report.document.messages import LANGUAGES, catalogue
from haicplatform.report.document.model import Table
from haicplatform.report.sections.methods import STROBE_ITEMS
from tests.report.cohort import document, estimates
from tests.report.printed import unprinted


def test_every_analysis_is_printed_in_its_section():
    assert unprinted(estimates(), document("en")) == []


def test_an_analysis_that_its_section_does_not_print_is_named():
    whole = document("en")
    without = replace(
        whole, parts=tuple(p for p in whole.parts if not (isinstance(p, Table) and p.name == "table-hazards"))
    )
    found = unprinted(estimates(), without)
    assert len(found) == 2 and all("print `proportional_hazards" in sentence for sentence in found)


def test_every_sentence_and_section_has_words():
    known = registry().analyses.values()
    keys = {f"methods.{analysis.methods}" for analysis in known if analysis.methods}
    keys |= {f"heading.{analysis.section}" for analysis in known if analysis.section}
    assert [key for key in sorted(keys) if not all(catalogue().get(key, {}).get(lang) for lang in LANGUAGES)] == []


def test_strobe_items_are_items():
    items = {item for analysis in registry().analyses.values() for of in analysis.strobe.values() for item in of}
    assert items <= set(STROBE_ITEMS)
