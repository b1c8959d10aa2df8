"""What one format or language of a release hides, no other shows. SYNTHETIC data."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from haicplatform.release import suppress
from haicplatform.report.check.printed import Printed
from haicplatform.report.check.printed_files import page_numbers, sheet_numbers, word_numbers
from haicplatform.report.formats.write import write
from haicplatform.report.sections.compose import compose
from tests.report.cohort import CONTEXT, STUDY, estimates


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("release")
    frame = suppress(estimates(), STUDY.release.min_count)
    for language in ("en", "ko"):
        write(compose(STUDY, frame, CONTEXT, language), folder, ("html", "docx", "xlsx"))
    return folder, frame


def _printed(folder: Path) -> list[Printed]:
    found = [one for path in folder.glob("*.html") for one in page_numbers(path)]
    found += [one for path in folder.glob("*.docx") for one in word_numbers(path)]
    for one in (one for path in folder.glob("*.xlsx") for one in sheet_numbers(path)):
        if isinstance(one, Printed):
            found.append(one)
            continue
        where, mark = one
        shown = " ".join(str(mark[name]) for name in ("y", "y_low", "y_high", "shown") if mark[name] is not None)
        found.append(Printed(where, shown, tuple(mark["estimate_ids"].split())))
    return found


def test_no_format_or_language_shows_a_number_of_a_hidden_estimate(released) -> None:
    folder, frame = released
    hidden = set(frame.filter(status="suppressed")["estimate_id"])
    gone = set(estimates()["estimate_id"]) - set(frame["estimate_id"])
    limit = str(STUDY.release.min_count)
    printed = _printed(folder)
    assert len(hidden) > 50 and len(gone) > 500 and len(printed) > 3000
    alone = [one for one in printed if set(one.ids) & hidden and set(one.ids) <= hidden]
    assert alone and [one for one in alone if re.search(r"\d", one.text.replace(f"<{limit}", ""))] == []
    assert [one for one in printed if set(one.ids) & gone] == []


def test_nothing_lies_beside_what_is_shown(released) -> None:
    folder, frame = released
    left = set(frame["estimate_id"])
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
        assert not book.defined_names and not any(cell.comment for sheet in book for row in sheet for cell in row)
    for path in [*folder.glob("*.xlsx"), *folder.glob("*.docx")]:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                if name.endswith(".png"):
                    assert set(Image.open(io.BytesIO(content)).info) <= {"dpi"}, name
                if name.startswith("docProps/") and name.endswith(".xml"):
                    assert not set(re.findall(r"[0-9a-f]{16}", content.decode())) & set(estimates()["estimate_id"])
                if name.endswith((".xml", ".rels")):
                    named = set(re.findall(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])", content.decode()))
                    assert named & set(estimates()["estimate_id"]) <= left, name
    for path in [*folder.glob("*.html"), *folder.glob("figures/*.svg")]:
        named = set(re.findall(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])", path.read_text("utf-8")))
        assert named & set(estimates()["estimate_id"]) <= left, path.name
