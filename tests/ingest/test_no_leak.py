"""After a whole ingest no identifier and no hospital number is anywhere but in the private originals."""

import logging
import stat

import polars as pl
import pytest

from haicplatform.core.settings import Home
from haicplatform.pipeline.ingest_hospital import ingest_site
from tests.pipeline.hospital import deliver, make_site, records, state_rows

RRN = "570314-1234560"  # SYNTHETIC, its checksum is wrong


def written_texts(home):
    """(path, text) of every file that ingestion wrote, originals aside; Parquet cell by cell."""
    for path in home.root.rglob("*"):
        if not path.is_file() or home.inbox in path.parents or home.sites in path.parents:
            continue
        if "original" in path.parts or "refused" in path.parts:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            continue
        if path.suffix == ".parquet":
            yield path, str(pl.read_parquet(path).rows(named=True))
        else:
            yield path, path.read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("what_to_do", ["refuse", "mask"])
def test_identifiers_and_hospital_numbers_are_written_nowhere(tmp_path, caplog, capfd, what_to_do):
    caplog.set_level(logging.DEBUG)
    home = Home(tmp_path / "home").create()
    make_site(home, more=f"on_identifier: {what_to_do}")
    site_file = home.sites / "AAA" / "site.yaml"
    site_file.write_text(site_file.read_text().replace("patient_ids: study", "patient_ids: hospital"))
    rows = records(12, prefix="HOSPITALNO")
    rows["treatment_course"][3]["stop_reason"] = f"call {RRN}"
    deliver(home, rows, "20240101")
    said = str(ingest_site(home, "AAA")) + str(state_rows(home, "AAA", "finding", "*"))
    output = capfd.readouterr()
    said += caplog.text + output.out + output.err
    assert "570314" not in said and "HOSPITALNO0" not in said
    for path, text in written_texts(home):
        assert "570314" not in text, path
        assert "HOSPITALNO0" not in text.replace("HOSPITALNO-key", ""), path

    found = state_rows(home, "AAA", "finding", "rule_id, source_column, source_row, value")
    courses = state_rows(home, "AAA", "treatment_course", "patient_id")
    if what_to_do == "mask":
        assert ("patient.identifier_in_text", "stop_reason", 5, None) in found
        assert len(courses) == 11  # a masked cell that must hold a code costs its own row
    else:
        assert "file.identifier" in {rule for rule, *_ in found}
        assert courses == []
        assert [path.name for path in home.landing.rglob("refused/*/*")] == ["treatment_course.csv"]
