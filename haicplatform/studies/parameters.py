"""What a study says, as SQL sees it: DuckDB variables and the small relations of schema `study`.

Belongs here: moving a Study into a connection, one relation a list. Does not belong here: any default, and any
decision about patients (sql/analysis).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haicplatform.studies.analysis_checks import MISSING
from haicplatform.studies.definitions import changed_thresholds, line_of
from haicplatform.studies.study import Study
from haicplatform.studies.study_model import Condition
from haicplatform.studies.variables import CATALOGUE, parts_of

if TYPE_CHECKING:
    import duckdb

# Readers of each rule in order; True: only where that reader covered every exam of the course.
_READERS: dict[str, list[tuple[str, bool]]] = {
    "adjudicator_else_R1": [("ADJ", True), ("R1", False)],
    "earlier_pd": [("R1", False), ("R2", False)],
    "later_pd": [("R1", False), ("R2", False)],
}
# a mean month: 365.25 / 12
DAYS_PER_MONTH = 30.4375
_BEST = {"unconfirmed": "BOR", "confirmed": "CBOR"}
# `last_adequate_assessment` is the last of the rows `adequate_assessment` that the endpoint allows.
_SOURCE = {"last_adequate_assessment": "adequate_assessment"}

_RESPONSE = {
    "pr_pct": "DECIMAL(5, 2)",
    "pr_inclusive": "BOOLEAN",
    "pd_pct": "DECIMAL(5, 2)",
    "pd_inclusive": "BOOLEAN",
    "pd_abs_mm": "DECIMAL(9, 2)",
    "backdate": "BOOLEAN",
    "confirm_days": "INTEGER",
    "sd_min_days": "INTEGER",
    "max_ne": "INTEGER",
    "accept_sd_between": "BOOLEAN",
    "baseline_window_days": "INTEGER",
    "baseline_fallback_days": "INTEGER",
    "stop_at_new_therapy": "BOOLEAN",
}
_RULE = """rule_no INTEGER, is_group BOOLEAN, name VARCHAR, no_index BOOLEAN, index_after_cutoff BOOLEAN,
    death_unresolved BOOLEAN, open_error BOOLEAN, index_regimen VARCHAR[], prior_exactly VARCHAR[], prior_any VARCHAR[],
    prior_other_than VARCHAR[], no_overlap BOOLEAN, overlap_any VARCHAR[], wants_progression BOOLEAN,
    window_days INTEGER, stop_reasons VARCHAR[], asks_baseline BOOLEAN"""


@dataclass(frozen=True)
class Parameters:
    """variables: name -> value. relations: name -> (columns as SQL declares them, rows)."""

    variables: dict[str, Any]
    relations: dict[str, tuple[str, list[tuple]]]

    def differ_from(self, other: Parameters | None) -> set[str]:
        """Names of the variables, and `study.<name>` of the relations, that are not as in `other`."""
        variables, relations = (other.variables, other.relations) if other else ({}, {})
        changed = {name for name, value in self.variables.items() if name not in variables or variables[name] != value}
        return changed | {
            f"study.{name}" for name, relation in self.relations.items() if relations.get(name) != relation
        }

    def put(self, con: duckdb.DuckDBPyConnection, changed: set[str]) -> None:
        """Set those of the variables and relations that are in `changed`."""
        for name in changed & self.variables.keys():
            con.execute(f"SET VARIABLE {name} = ?", [self.variables[name]])
        for name, (columns, rows) in self.relations.items():
            if f"study.{name}" in changed:
                con.execute(f'CREATE OR REPLACE TABLE study."{name}" ({columns})')
                if rows:
                    marks = ", ".join("?" for _ in rows[0])
                    con.executemany(f'INSERT INTO study."{name}" VALUES ({marks})', [_plain(row) for row in rows])


def parameters(con: duckdb.DuckDBPyConnection, study: Study) -> Parameters:
    """What the study says. harmonised.person and harmonised.regimen give the lists it leaves open (all, other)."""
    variables = {
        "study_id": study.study_id,
        "cutoff": study.cutoff,
        "days_per_month": DAYS_PER_MONTH,
        "definition": study.definition,
        "like_definition": line_of(study.definition, study.definitions)[-1],
        "reader_rule": study.reader,
        "index_which": study.index.which,
        "unresolved_deaths": study.unresolved_deaths,
        "bclc": study.bclc,
        "response_source": study.response_source,
        "new_therapy_not_index": study.new_therapy == "other_than_index",
    }
    readers = _READERS.get(study.reader, [(study.reader, False)])
    conditions: list[tuple[str, bool, Condition]] = [(name, True, group) for name, group in study.groups.items()]
    conditions += [(exclusion.reason, False, exclusion.when) for exclusion in study.exclude]
    relations: dict[str, tuple[str, list[tuple]]] = {
        "site": ("site_id VARCHAR", [(site,) for site in study.site_ids or _every_site(con)]),
        "index_regimen": ("regimen VARCHAR", [(name,) for name in study.index.regimens]),
        "new_therapy_regimen": ("regimen VARCHAR", [(name,) for name in _new_therapies(con, study)]),
        "reader": (
            "position INTEGER, reader_id VARCHAR, needs_every_exam BOOLEAN",
            [(position, *reader) for position, reader in enumerate(readers)],
        ),
        "best_parameter": ("paramcd VARCHAR", [(_BEST[name],) for name in study.response.best]),
        "response": (
            ", ".join(f"{name} {kind}" for name, kind in _RESPONSE.items()),
            [_thresholds(study)],
        ),
        "recorded_criterion": (
            "position INTEGER, criterion VARCHAR",
            list(enumerate(study.response.criteria)),
        ),
        "rule_level": (
            "rule_no INTEGER, column_name VARCHAR, comparison VARCHAR, bound DOUBLE, text VARCHAR",
            _levels(conditions),
        ),
        "rule": (_RULE, [_rule(number, *entry) for number, entry in enumerate(conditions)]),
        "endpoint": (
            "paramcd VARCHAR, label VARCHAR, start_source VARCHAR, missed_gap_days INTEGER, among_source VARCHAR",
            [
                (code, each.label, each.start, each.missed_gap_days, each.among)
                for code, each in study.endpoints.items()
            ],
        ),
        "endpoint_part": ("paramcd VARCHAR, role VARCHAR, position INTEGER, source VARCHAR", _parts(study)),
        "competing_source": (
            "paramcd VARCHAR, source VARCHAR",
            [(code, source) for code, sources in study.analyses.competing.items() for source in sources],
        ),
    }
    return Parameters(variables, relations)


def _thresholds(study: Study) -> tuple:
    """What `response:` says, else the study's own definition, else nothing: the shipped definition's row counts."""
    said = changed_thresholds(study.definition, study.definitions) | study.response.said
    return tuple(said.get(name, getattr(study.response, name, None)) for name in _RESPONSE)


def _parts(study: Study) -> list[tuple]:
    return [
        (code, role, position, _SOURCE.get(source, source))
        for code, endpoint in study.endpoints.items()
        for role, sources in (
            ("event", endpoint.events),
            ("censor", endpoint.censor),
            ("censor_before", endpoint.censor_before),
        )
        for position, source in enumerate(sources)
    ]


def _plain(row: tuple) -> list:
    return [list(cell) if isinstance(cell, tuple) else cell for cell in row]


def _rule(number: int, name: str, is_group: bool, condition: Condition) -> tuple:
    window = condition.progression_on_prior or condition.no_progression_on_prior
    return (
        number,
        is_group,
        name,
        condition.no_index,
        condition.index_after_cutoff,
        condition.death_unresolved,
        condition.open_error,
        condition.index_regimen,
        condition.prior_systemic,
        condition.prior_systemic_any,
        condition.prior_systemic_other_than,
        True if condition.overlap == "none" else None,
        None if condition.overlap == "none" else condition.overlap,
        None if window is None else condition.progression_on_prior is not None,
        window and window.until_days_after_last_dose,
        window and window.or_stop_reason,
        True if condition.baseline else None,
    )


def _levels(conditions: list[tuple[str, bool, Condition]]) -> list[tuple]:
    """A row a part of each level that a rule asks for: rule, ADSL column, comparison, bound, text."""
    return [
        (number, CATALOGUE[name][0], *((MISSING, None, part) if part == MISSING else (comparison, bound, part)))
        for number, (_, _, condition) in enumerate(conditions)
        for name, levels in (condition.baseline or {}).items()
        for level in levels
        for comparison, bound, part in parts_of(level)
    ]


def _every_site(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in con.execute("SELECT DISTINCT site_id FROM harmonised.person ORDER BY 1").fetchall()]


def _new_therapies(con: duckdb.DuckDBPyConnection, study: Study) -> list[str]:
    if study.new_therapy != "other_than_index":
        return list(study.new_therapy)
    rows = con.execute("SELECT regimen FROM harmonised.regimen ORDER BY 1").fetchall()
    return [row[0] for row in rows]
