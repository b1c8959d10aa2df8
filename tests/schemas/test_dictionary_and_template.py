"""What people get of the contract: the dictionary, and the workbook to fill, which comes back as a delivery."""

import re

import openpyxl
import pytest

from haicplatform.onboarding.template import NOTES, TESTS, write_template
from haicplatform.reference.dictionary import write_dictionary
from schemas.contract import TABLES
from schemas.rules import RULES


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_dictionary(tmp_path_factory.mktemp("dictionary"))


def test_the_page_has_every_column_and_rule_and_asks_nothing_of_the_net(written):
    page = written[0].read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f'id="{table.name}"' in page
        for column in table.columns:
            assert column.name in page and column.title_ko in page
    assert all(rule in page for rule in RULES)
    assert not re.search(r"(src|href)=\"(?!#)", page) and "http" not in page


def test_the_workbook_of_the_dictionary_has_every_column(written):
    book = openpyxl.load_workbook(written[1])
    for table in TABLES.values():
        assert [cell.value for cell in book[table.name]["A"]][1:] == list(table.names)
    assert [cell.value for cell in book["rules"]["A"]][1:] == sorted(RULES)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(None, path)
    return path


def test_a_sheet_a_table_with_the_contracts_headers_and_notes(template):
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == [NOTES, *TABLES, TESTS]
    for table in TABLES.values():
        header = [cell.value for cell in book[table.name][1]]
        assert header == [c.name for c in table.columns if not c.derived]
        assert all(cell.comment for cell in book[table.name][1])
    assert "단위 Unit: mg" in book["administration"]["F1"].comment.text


def test_codes_are_drop_downs_and_required_columns_are_dark(template):
    sheet = openpyxl.load_workbook(template)["patient"]
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists["B2:B5001"] == '"M,F"'
    assert sheet["A1"].fill.start_color.rgb != sheet["E1"].fill.start_color.rgb


def test_a_hospital_not_known_yet_gets_the_general_workbook(tmp_path):
    write_template("NEW", tmp_path / "new.xlsx")
    assert openpyxl.load_workbook(tmp_path / "new.xlsx")[NOTES]["A1"].value.startswith("NEW ")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    from haicplatform.core.errors import UsageError

    with pytest.raises(UsageError, match="cannot be written"):
        write_template(None, tmp_path / "no" / "such.xlsx")
