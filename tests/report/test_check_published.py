"""Published numbers against each other: the paper's five contradictions, and another paper without one."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pytest

from haicplatform.cli import main
from haicplatform.core.errors import UsageError
from haicplatform.report.paper_check.check_paper import check_file

DATA = Path(__file__).resolve().parents[1] / "data" / "published"
PAPER, OTHER = DATA / "paper_numbers.csv", DATA / "other_paper.csv"
FIVE = [("ORR_FL",), ("PERIOD_ABS", "PERIOD_RES"), ("OS12_P",), ("PFS12_P",), ("ORR_P",)]


def changed(tmp_path: Path, **cells: str) -> Path:
    """other_paper.csv with `id_column=value` replaced."""
    rows = list(csv.DictReader(OTHER.open(encoding="utf-8")))
    for name, value in cells.items():
        entry, _, column = name.partition("_")
        next(row for row in rows if row["id"] == entry)[column] = value
    path = tmp_path / "changed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def contradicted(path: Path, mapping: Path | None = None) -> list[tuple[str, ...]]:
    return [tuple(entry.id for entry in check.targets) for check in check_file(path, mapping).contradictions]


def test_the_paper_has_exactly_five():
    assert contradicted(PAPER) == FIVE


def test_the_results_are_those_of_the_human_answer():
    """Column `reproducible`: empty or YES is right or an input, NO method, NO by rounding and CONFLICT contradict."""
    results = {verdict.entry.id: verdict.result for verdict in check_file(PAPER).verdicts}
    said = {row["id"]: row["reproducible"] for row in csv.DictReader(PAPER.open(encoding="utf-8"))}
    wrong = {name for name, text in said.items() if re.match(r"NO method|NO by rounding|CONFLICT", text)}
    assert {name for name, result in results.items() if result == "contradicts"} == wrong
    confirmed = {name for name, text in said.items() if text.startswith(("YES", "CI "))}
    # its interval is off its middle by 0.6 % of the standard error: more than rounding, too little for a wrong digit
    assert {name for name in confirmed if results[name] != "consistent"} == {"PFSU_META"}
    assert {results[name] for name, text in said.items() if text.startswith(("NO counts", "NO data"))} == {
        "not recomputable"
    }


def test_the_human_answer_is_not_read(tmp_path):
    rows = list(csv.reader(PAPER.open(encoding="utf-8")))
    path = tmp_path / "without.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[:-1] for row in rows)
    assert check_file(path) == check_file(PAPER)


def test_what_is_expected_is_said():
    said = {check.targets[0].id: check.expected for check in check_file(PAPER).contradictions}
    assert "12/66 = 18.18: cut off to 18.1" in said["ORR_FL"]
    for method in ("Pearson 0.0577", "Yates 0.0988", "Fisher 0.0828", "mid-p 0.0659", "Boschloo 0.0696"):
        assert method in said["ORR_P"]
    assert "log-log 0.3444 to 0.3533" in said["OS12_P"]
    assert "log, one-sided 0.0122 to 0.0137" in said["PFS12_P"]


def test_another_paper_is_clean():
    outcome = check_file(OTHER)
    assert outcome.contradictions == ()
    results = {verdict.entry.id: verdict.result for verdict in outcome.verdicts}
    assert {name for name, result in results.items() if result != "consistent"} == {"m1", "m2", "h3", "h4", "x1"}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"n0_value": "201"}, {"n0"}),
        ({"s5_value": "0.194"}, {"s5"}),
        ({"s6_value": "83.4"}, {"s6"}),
        ({"a3_value": "0.007"}, {"a3"}),
        ({"b3_value": "0.160"}, {"b3"}),
        ({"c5_value": "7"}, {"c5"}),
        ({"c6_value": "40.3%"}, {"c6"}),
        ({"c6_ci_low": "33.2"}, {"c6"}),
        ({"c7_value": "18.6%"}, {"c7"}),
        ({"c8_value": "49"}, {"c8"}),
        ({"c9_value": "0.0051"}, {"c9"}),
        ({"d1_ci_high": "79.7"}, {"d1"}),
        ({"d3_value": "0.080"}, {"d3"}),
        ({"m1_value": "5.1"}, {"m1"}),
        ({"m1_ci_low": "8.4"}, {"m1"}),
        ({"h1_value": "0.71"}, {"h1"}),
        ({"h2_value": "0.10"}, {"h2"}),
        ({"t2_value": "2019-01-01..2022-12-31"}, {"t1", "t2"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_planted_error_is_found(tmp_path, cells, found):
    assert found <= {name for ids in contradicted(changed(tmp_path, **cells)) for name in ids}


def test_a_mapping_translates_other_words(tmp_path):
    path = changed(tmp_path, s5_statistic="Geschlecht: P-Wert", s5_value="0.194")
    assert contradicted(path) == []
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("id,group,statistic\ns5,between,p sex\n", "utf-8")
    assert contradicted(path, mapping) == [("s5",)]


HEADER = "id,group,statistic,value,ci_low,ci_high,where_in_paper\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "has no column id, group"),
        (HEADER.encode(), "holds no numbers"),
        (b"id,group,value\na,b,1\n", "has no column statistic, ci_low, ci_high, where_in_paper"),
        ((HEADER + "a,all,n,1,,,\na,all,n,2,,,\n").encode(), r"row 3, column id.*a, also in row 2"),
        ((HEADER + "a,all,n,,,,\n").encode(), "row 2, column value"),
        ((HEADER + "a,all,n,1,000,,,\n,,,,,,\n").encode(), "row 2.*more cells than the header|more cells.*row 2"),
        ("id,그룹\n".encode("cp949"), "cannot be read"),
        (b'id,"group\n', "no CSV|no column"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path, text, says):
    path = tmp_path / "bad.csv"
    path.write_bytes(text)
    with pytest.raises(UsageError) as caught:
        check_file(path)
    assert re.search(says, str(caught.value)), str(caught.value)


def test_a_missing_file_and_an_unknown_id_of_a_mapping(tmp_path):
    with pytest.raises(UsageError, match="There is no such file"):
        check_file(tmp_path / "none.csv")
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("id,group,statistic\nzz,between,p sex\n", "utf-8")
    with pytest.raises(UsageError, match=r"column id.*Found: zz"):
        check_file(OTHER, mapping)


def test_a_cell_that_is_no_number_stops_no_other(tmp_path):
    path = changed(tmp_path, s5_value="n.s.", h1_ci_low="o.42", c9_value="0.0051")
    outcome = check_file(path)
    reasons = {v.entry.id: (v.result, v.reason) for v in outcome.verdicts}
    assert reasons["s5"] == ("not recomputable", "its value 'n.s.' is not a number")
    assert reasons["h1"][0] == "not recomputable" and "ci_low" in reasons["h1"][1]
    assert [check.targets[0].id for check in outcome.contradictions] == ["c9"]


@pytest.mark.parametrize(("path", "code"), [(PAPER, 3), (OTHER, 0), (DATA / "none.csv", 2)])
def test_exit_codes_and_json(monkeypatch, capsys, path, code):
    monkeypatch.setattr(sys, "argv", ["haic", "check-published", str(path), "--json"])
    with pytest.raises(SystemExit) as stopped:
        main.main()
    assert stopped.value.code == code
    if code != 2:
        said = json.loads(capsys.readouterr().out)
        assert said["counts"]["contradicts"] == (6 if code else 0)
        assert len(said["numbers"]) == sum(said["counts"].values())


def test_the_text_names_each_contradiction(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["haic", "check-published", str(PAPER)])
    with pytest.raises(SystemExit):
        main.main()
    said = capsys.readouterr().out
    assert [line.split(":")[0] for line in said.splitlines() if line.startswith("Contradiction")] == [
        f"Contradiction {n}" for n in range(1, 6)
    ]
