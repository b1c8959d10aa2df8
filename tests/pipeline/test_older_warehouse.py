"""A question of this version put to a warehouse that an earlier version made."""

from __future__ import annotations

from pathlib import Path

import pytest

from haicplatform.core import sql_graph
from haicplatform.core.errors import UsageError
from haicplatform.warehouse import warehouse


def asked(folder: Path, sql: str, before: str = "") -> UsageError:
    file = folder / "side.sql"
    file.write_text(sql, encoding="utf-8")
    con = warehouse.connect()
    con.execute("CREATE SCHEMA harmonised; CREATE TABLE harmonised.person (usubjid VARCHAR)")
    with pytest.raises(UsageError) as refused:
        warehouse.run_sql(con, sql_graph.read(file), before)
    return refused.value


@pytest.mark.parametrize("sql", ["SELECT sex FROM harmonised.person", "SELECT usubjid FROM harmonised.exam_record"])
def test_it_names_the_command_that_makes_it_anew(tmp_path: Path, sql: str) -> None:
    said = asked(tmp_path, sql)
    assert "haic harmonise" in said.said("en") and "haic harmonise" in said.said("ko")


def test_a_definition_that_names_what_is_not_there_is_wrong_itself(tmp_path: Path) -> None:
    said = str(asked(tmp_path, "SELECT sex FROM harmonised.person", before="CREATE TABLE made AS "))
    assert "correct the file" in said and "haic harmonise" not in said
