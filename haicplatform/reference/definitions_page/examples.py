"""The worked cases of the tests as tables for a reader.

Belongs here: laying a case file out. Does not belong here: computing an answer: what is shown as expected is what the
case expects, and the tests hold the SQL to it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from haicplatform.core.resources import cases_dir

_ROOM = Path(__file__).parent
# Variants a case of mrecist.yaml may expect; one that is left out expects what the first does.
DEFINITIONS = ("lencioni2010", "seed2024", "abs5", "nobackdate")


@dataclass(frozen=True)
class Listing:
    """A table of cases. head and rows as text; title above it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Card:
    """One patient over time: title, rows of a small table, and what follows from it."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    outcome: tuple[tuple[str, ...], ...]


def cards() -> list[Card]:
    """The cases of mrecist.yaml, one card each."""
    return [_card(case) for case in _yaml("mrecist")]


def listings(name: str) -> list[Listing]:
    """The tables of one group of cases: liver, stage, exposure, survival, values."""
    match name:
        case "liver":
            return [
                _csv("child_pugh", "Child-Pugh", _CHILD_PUGH),
                _csv("albi", "ALBI and mALBI", _ALBI),
                _csv("values", "MELD", _VALUE, "meld"),
            ]
        case "stage":
            return [
                _csv("bclc", "BCLC", _BCLC),
                _csv("values", "Modified UICC stage", _VALUE, "muicc"),
            ]
        case "values":
            kinds = {"bsa_mosteller": "Body surface, m²", "afp": "AFP, ng/mL", "ecog": "ECOG from a hospital's words"}
            kinds["beyond_reflect"] = "High tumour burden, beyond REFLECT"
            return [_csv("values", title, _VALUE, kind) for kind, title in kinds.items()]
        case "exposure":
            return [_exposure()]
        case "survival":
            return [_survival()]
    raise ValueError(name)


_CHILD_PUGH = {
    "Bilirubin": ("bili", "bili_unit"), "Albumin": ("alb", "alb_unit"), "INR": ("inr",), "Ascites": ("ascites",),
    "Encephalopathy": ("enceph",), "Points": ("expect_points",), "Score": ("expect_score",), "Class": ("expect_class",),
}  # fmt: skip
_ALBI = {
    "Bilirubin": ("bili", "bili_unit"), "Albumin": ("alb", "alb_unit"), "ALBI": ("expect_albi",),
    "Grade": ("expect_grade",), "mALBI": ("expect_malbi",),
}  # fmt: skip
_BCLC = {
    "Nodules": ("n_nodules",), "Largest, mm": ("max_diam_mm",), "Vp": ("vp",), "Vv": ("vv",), "B": ("bile_duct",),
    "Extrahepatic": ("ehs",), "ECOG": ("ecog",), "Child-Pugh": ("child_pugh_score",),
    "Transplant candidate": ("lt_candidate",), "Infiltrative": ("infiltrative",), "Recorded": ("recorded",),
    "Stage": ("expect_stage", "expect_bsub"), "Liver not preserved": ("expect_liver_flag",),
    "Recorded stage": ("expect_conflict",),
}  # fmt: skip
_CONFLICT = {"MATCH": "agrees", "MISMATCH": "differs", "RECORDED_ONLY": "alone", "DERIVED_ONLY": "missing"}
_VALUE = {"Recorded": ("raw", "unit"), "Becomes": ("expect_op", "expect_value")}


def _csv(name: str, title: str, columns: Mapping[str, tuple[str, ...]], kind: str | None = None) -> Listing:
    """The cases of a file; kind: only those of this kind."""
    with (cases_dir() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if kind is None or row["kind"] == kind]
    cells = [(row["id"], *(_joined(row, parts) for parts in columns.values())) for row in rows]
    return Listing(title, ("Case", *columns), tuple(cells))


def _joined(row: dict[str, str], parts: tuple[str, ...]) -> str:
    if parts == ("expect_stage", "expect_bsub"):
        return row["expect_bsub"] or row["expect_stage"] or "none"
    if parts == ("expect_conflict",):
        return _CONFLICT[row["expect_conflict"]]
    if parts[0] == "expect_op":
        sign = row["expect_op"] if row["expect_op"] != "=" else ""
        return f"{sign}{row['expect_value']}" if row["expect_value"] else "nothing: ambiguous, a query to the hospital"
    if parts == ("raw", "unit"):
        return row["raw"].replace(";", ", ") + ("" if ";" in row["raw"] or not row["unit"] else f" {row['unit']}")
    text = " ".join(row[part] for part in parts if row[part])
    return text if row[parts[0]] else ("" if parts[0].startswith("expect") else "not known")


def _exposure() -> Listing:
    rows = []
    for case in _yaml("exposure"):
        courses = "; ".join(f"{name} {start} to {last}, {stop.lower()}" for name, start, last, stop in case["courses"])
        progression = ", ".join(str(day) for day in case["pd"]) or "none"
        answer = case["expect"].replace("EXCLUDE:", "excluded: ")
        rows.append((case["id"], courses, progression, answer, case.get("note", "")))
    head = ("Case", "Courses: first dose to last dose, why it stopped", "Progression", "Group", "Note")
    return Listing("Exposure groups", head, tuple(rows))


def _survival() -> Listing:
    rules = _rules()
    rows = []
    for case in _yaml("survival"):
        seen = [f"{response} {day}" for day, response in case["a"]]
        seen += [f"new therapy {case['nact']}"] if case.get("nact") else []
        seen += [f"clinical progression {case['clin']}"] if case.get("clin") else []
        ends = [f"{word} {case[key]}" for word, key in (("death", "death"), ("contact", "last")) if case.get(key)]
        expected = "; ".join(f"{_endpoint(name)} {_time(value)}" for name, value in case["expect"].items())
        why = case.get("note") or ", ".join(rules[tag] for tag in case["rules"])
        rows.append((case["id"], str(case["start"]), ", ".join(seen) or "no scan", ", ".join(ends), expected, why))
    head = ("Case", "First HAIC", "Responses", "Follow-up", "Expected", "Shows")
    return Listing("Times to event; data cut-off 2024-06-30", head, tuple(rows))


def _endpoint(name: str) -> str:
    words = {"pfs_missed": "PFS (missed visits)", "pfs_nact": "PFS (new therapy)", "pfs_clin": "PFS (clinical)"}
    return words.get(name, name.upper())


def _time(value: Any) -> str:
    if value == "REJECT":
        return "not in the study: the date of death cannot be resolved"
    is_event, day, days = value
    return f"{'event' if is_event else 'censored'} {day}, day {days}"


def _card(case: dict[str, Any]) -> Card:
    expected = case["expect"]
    first = expected["lencioni2010"]
    variants = [name for name in DEFINITIONS if expected.get(name, first) != first]
    names = ["lencioni2010", *variants]
    shown = ["Response"] if not variants else list(names)
    rows = [
        (str(case["start"]), "baseline", _sizes(case["base"]), _other(case, case["start"], None), *[""] * len(shown))
    ]
    for place, visit in enumerate(case["visits"]):
        responses = [expected.get(name, first)["resp"][place] for name in names]
        days = f"day {(visit['d'] - case['start']).days}"
        rows.append((str(visit["d"]), days, _sizes(visit["T"]), _other(case, visit["d"], visit), *responses))
    if "death" in case:
        rows.append((str(case["death"]), "death", "", "", *[""] * len(shown)))
    outcome = []
    for name in names:
        answer = expected.get(name, first)
        what = f"BOR {answer['bor']}, confirmed {answer['cbor']}; progression {answer['pd'] or 'none'}; PFS "
        outcome.append((name if variants else "", what + _time(answer["pfs"])))
    rules = _rules()
    title = ", ".join(rules[tag] for tag in case["rules"])
    note = f": {case['note']}" if case.get("note") else ""
    return Card(
        case["id"],
        title[:1].upper() + title[1:] + note,
        ("Scan", "", "Viable, mm", "Other", *shown),
        tuple(rows),
        tuple(outcome),
    )


def _sizes(sizes: dict[str, Any]) -> str:
    if not sizes:
        return "no target"
    each = [f"{name} {'not evaluable' if size is None else size}" for name, size in sizes.items()]
    if len(sizes) == 1 or None in sizes.values():
        return ", ".join(each)
    return f"{', '.join(each)} (sum {sum(Decimal(str(size)) for size in sizes.values())})"


def _other(case: dict[str, Any], day: date, visit: dict[str, Any] | None) -> str:
    found = []
    if visit is None and case.get("nontarget"):
        found.append("a non-target")
    if visit and "NT" in visit:
        found.append(f"non-target {visit['NT']}")
    for name, size in (visit or {}).get("total", case.get("base_total", {}) if visit is None else {}).items():
        found.append(f"whole lesion {name} {size}")
    for name, new in case.get("new", {}).items():
        found += [_new(name, new["site"], seen) for seen in new["obs"] if seen["d"] == day]
    return "; ".join(found)


def _new(name: str, site: str, seen: dict[str, Any]) -> str:
    text = f"new {name} ({site.replace('_', ' ')})"
    text += f" {seen['mm']} mm" if "mm" in seen else ""
    text += f", {'typical' if seen['typical'] else 'not typical'}" if "typical" in seen else ""
    return f"{text}, cytology {seen['cytology']}" if "cytology" in seen else text


def _rules() -> dict[str, str]:
    return yaml.safe_load((_ROOM / "rules.yaml").read_text(encoding="utf-8"))


def _yaml(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((cases_dir() / f"{name}.yaml").read_text(encoding="utf-8"))
