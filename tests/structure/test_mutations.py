"""The script that flips the definitions' SQL: which places it finds, and that a flip is noticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.mutations.limits import flips, limit_mutants
from tests.mutations.mutants import mutants
from tests.mutations.trial import all_mutants, reviewed

ROOT = Path(__file__).resolve().parents[2]
SQL = """-- >= 10 in a comment
SELECT a.x::DECIMAL(12, 2) AS y, 'n >= 3' AS z, max(a.day) AS last_day
FROM a JOIN b ON a.site_id = b.site_id AND a.n >= 20
WHERE a.n BETWEEN 1 AND 28 AND NOT a.is_old
ORDER BY a.day DESC
"""
LISTS = """SELECT CASE code WHEN 'A' THEN x - 1 WHEN 'B' THEN -y END
FROM (VALUES ('k', '<', ['p', 'q']), ('m', '<', ['r'])) AS list (code, comparison, names)
WHERE code IN ('A', 'B', 'C') OR kind IN ('D')
"""


def test_what_is_flipped_and_what_is_left_alone():
    found = [(each.line, SQL[each.start : each.end], each.new) for each in mutants(Path("q.sql"), SQL)]
    assert found == [
        (2, "max", "min"),
        (3, ">=", ">"),
        (3, "20", "21"),
        (3, "20", "19"),
        (4, "BETWEEN", "BETWEEN 1 +"),
        (4, "1", "2"),
        (4, "1", "0"),
        (4, "AND", "AND -1 +"),
        (4, "28", "29"),
        (4, "28", "27"),
        (4, "AND", "OR"),
        (4, "NOT", ""),
        (5, "DESC", "ASC"),
    ]
    assert mutants(Path("q.sql"), SQL)[1].apply(SQL) == SQL.replace("n >= 20", "n > 20")


def test_a_text_of_a_list_is_flipped_to_the_next_one_and_a_sign_to_the_other():
    found = [(each.line, LISTS[each.start : each.end], each.new) for each in mutants(Path("q.sql"), LISTS)]
    texts_and_signs = [each for each in found if each[1].strip("'") != each[1] or each[1] in "+-"]
    assert texts_and_signs == [
        (1, "'A'", "'B'"), (1, "-", "+"), (1, "'B'", "'A'"), (2, "'k'", "'m'"), (2, "'m'", "'k'"),
        (3, "'A'", "'B'"), (3, "'B'", "'C'"), (3, "'C'", "'A'"),
    ]  # fmt: skip


def test_limits_are_flipped_in_python_and_in_yaml():
    python = flips(Path("q.py"), 'A = band("0.05")  # 7\nB = a["x"] >= 30\n')
    yaml = flips(Path("q.yaml"), "rule: {limit: 10, unit: x}  # 7\nkeep_2: 0.25\n")
    assert [(each.line, each.new) for each in python] == [(1, "0.06"), (1, "0.04"), (2, ">"), (2, "31"), (2, "29")]
    assert [(each.line, each.new) for each in yaml] == [(1, "11"), (1, "9"), (2, "0.26"), (2, "0.24")]


def test_every_explained_flip_is_one():
    all_flips = {each.key for each in (*all_mutants(), *limit_mutants())}
    assert [key for key in reviewed() if key not in all_flips] == []
    assert all(reviewed().values())


def test_three_flips_are_noticed():
    """PD at more than 20 %, every target measured, a node of 10 mm."""
    places = [">= d.pd_pct * s.nadir_mm", "n_measured <> b.n_target", "target_mm < 11"]
    command = [sys.executable, "-m", "tests.mutations", "exam_response", "exam_sum", "--processes", "1"]
    command += ["--tests", "test_target_response.py", "--flipped", *places]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (
        0,
        ["3 of 3 flips noticed, 0 equivalent by declaration"],
    ), done.stdout + done.stderr
