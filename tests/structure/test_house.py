"""The house keeps its rules: imports run one way, and no hospital or study is named in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("flows", "haicplatform", "schemas")
MAY_IMPORT = {
    "flows": {"flows", "haicplatform", "schemas"},
    "haicplatform": {"haicplatform", "schemas"},
    "schemas": {"schemas"},
}
PYTHON = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SQL = sorted((ROOT / "sql").rglob("*.sql"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_rooms(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names & set(ROOMS)


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_imports_run_one_way(path: Path):
    room = path.relative_to(ROOT).parts[0]
    assert imported_rooms(path) <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", [p for p in PYTHON if p.name == "__init__.py"], ids=relative)
def test_no_logic_in_init(path: Path):
    allowed = (ast.Expr, ast.ImportFrom, ast.Import, ast.Assign)
    assert all(isinstance(node, allowed) for node in ast.parse(path.read_text(encoding="utf-8")).body)


@pytest.mark.parametrize("path", [p for p in PYTHON if p.stat().st_size], ids=relative)
def test_every_module_says_what_belongs_in_it(path: Path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_hospital_or_study_is_named_in_code():
    hospitals = [p.parent.name for p in (ROOT / "haicplatform/sites").glob("*/site.yaml")]
    studies = [p.stem for p in (ROOT / "haicplatform/studies").glob("*.yaml")]
    assert len(hospitals) == 8 and studies
    named = re.compile(r"\b(" + "|".join(hospitals + studies) + r")\b")
    code = [p for p in PYTHON + SQL if not relative(p).startswith("haicplatform/demo/")]
    found = {relative(p): sorted(set(named.findall(p.read_text(encoding="utf-8")))) for p in code}
    assert {path: names for path, names in found.items() if names} == {}


def version_dependent(text: str) -> list[str]:
    """Possessive quantifiers and atomic groups of a pattern, outside of its character classes and escapes."""
    bare = re.sub(r"\\.|\[\^?\]?[^\]\n]*\]", "x", text)
    return re.findall(r"(?:[+?*]|\{\d*,?\d*\})\+|\(\?>", bare)


def test_no_pattern_rests_on_what_pythons_match_differently():
    """Debian 12's Python is 3.11.2, and before 3.11.5 a possessive group, an atomic one too, is matched wrongly."""
    assert [len(version_dependent(p)) for p in ("(?:a|b)*" + "+", "a{2,}" + "+", "(?" + ">a)")] == [1, 1, 1]
    assert version_dependent(r"\*+[*+]?a+?\++[]*+]") == []
    code = [p for room in (*ROOMS, "tests", "benchmarks") for p in (ROOT / room).rglob("*.py")]
    data = [p for room in (*ROOMS, "tests") for p in (ROOT / room).rglob("*.yaml")]
    strings = {
        relative(path): [
            node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        ]
        for path in code
    } | {relative(path): [path.read_text(encoding="utf-8")] for path in data}
    found = {path: [hit for text in texts for hit in version_dependent(text)] for path, texts in strings.items()}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_only_the_warehouse_module_opens_the_warehouse_file():
    opens = [relative(p) for p in PYTHON if re.search(r"connect\([^)]*\.warehouse", p.read_text(encoding="utf-8"))]
    assert [path for path in opens if path != "haicplatform/warehouse/warehouse.py"] == []


@pytest.mark.parametrize("path", SQL, ids=relative)
def test_every_sql_file_has_a_header(path: Path):
    assert path.read_text(encoding="utf-8").lstrip().startswith("--")


def test_prefect_yaml_says_what_the_site_files_say():
    from flows.deployments import TIMEZONE, wanted

    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    said = [
        (
            d["name"],
            d["entrypoint"].split(".")[-1],
            d["schedules"][0]["cron"],
            d["schedules"][0]["timezone"],
            d["parameters"],
        )
        for d in written
    ]
    assert said == [(d.name, d.flow, d.cron, TIMEZONE, d.parameters) for d in wanted()]


def test_every_command_is_in_the_readme():
    import typer

    from haicplatform.cli.main import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = typer.main.get_command(app).commands.keys()
    assert [name for name in names if not re.search(rf"haic( --home \S+)? {name}\b", readme)] == []


def test_no_machine_path_or_registry_in_what_is_kept():
    suspicious = re.compile(r"index-url|/opt/|/work/|/root/")
    kept = [*PYTHON, *SQL, ROOT / "Makefile", ROOT / "constraints.txt", ROOT / "pyproject.toml", ROOT / "README.md"]
    assert [relative(p) for p in kept if suspicious.search(p.read_text(encoding="utf-8"))] == []


def test_what_code_says_of_a_file_is_still_true():
    """A file that was moved or renamed leaves no sentence behind that names it."""
    there = {path.name for path in PYTHON}
    named = {
        relative(p): set(re.findall(r"\b[a-z_0-9]+\.py\b", p.read_text(encoding="utf-8"))) for p in [*PYTHON, *SQL]
    }
    assert {path: names - there for path, names in named.items() if names - there} == {}


def test_the_longest_tests_are_there():
    from tests.conftest import LONGEST

    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
