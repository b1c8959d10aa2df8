"""Every number of a study walked back: to its patients, and from them to cells; counts must agree.

Belongs here: what is asked of each estimate and the sum of it. Does not belong here: the way itself (lookup.py,
origins.py), a report that contradicts itself (report.check).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from haicplatform.core.settings import Home
from haicplatform.estimation.registry import row_of
from haicplatform.ledger.store import Ledger
from haicplatform.lineage.trace.lookup import Counted, count_all
from haicplatform.lineage.trace.origins import origins, without_cell
from haicplatform.lineage.trace.trace_relations import traceable
from haicplatform.studies.loading import load_study

if TYPE_CHECKING:
    import duckdb

# sums of doubles in another order
NEAR = 1e-6
FINDING = "finding"
NO_RULE, NO_ROWS, DISAGREES = "nothing says what stands behind it", "nothing stands behind it", "its rows disagree"


@dataclass
class TraceAudit:
    """What came of one analysis of a study.

    numbers: its estimates; agreed: those whose rows give the value again; faults: (estimate_id, key, what, value
    found); rows: delivered rows behind them; lost: row ids without a cell in raw/.
    """

    variant: str
    numbers: int = 0
    agreed: int = 0
    faults: list[tuple[str, str, str, float | None]] = field(default_factory=list)
    rows: int = 0
    lost: list[str] = field(default_factory=list)


def audit_study(home: Home, study_id: str, progress: Callable[[str], None] | None = None) -> Iterator[TraceAudit]:
    """Walk every number of the study's published estimates, one analysis after the other.

    Raises UsageError where the study was not run as its file says now.
    """
    say = progress or (lambda _: None)
    with Ledger(home) as ledger:
        for variant in load_study(study_id, home).variants():
            say(f"{study_id}: {variant}")
            with traceable(home, ledger, study_id, variant) as con:
                walked = TraceAudit(variant)
                used: set[str] = set()
                for one in count_all(con, variant):
                    _judge(walked, one)
                    rule = row_of(one.estimate)
                    used |= {rule.of} if rule else set()
                _look_up(home, con, walked, sorted(used - {FINDING}), even_empty=False)
                # a finding may be that a cell is empty
                _look_up(home, con, walked, sorted(used & {FINDING}), even_empty=True)
            yield walked


def _look_up(
    home: Home, con: duckdb.DuckDBPyConnection, walked: TraceAudit, relations: list[str], *, even_empty: bool
) -> None:
    ids: set[str] = set()
    for name in relations:
        ids |= {row[0] for row in con.execute(f"SELECT DISTINCT unnest(sources) FROM trace.{name}").fetchall()}
    found = origins(con, ids)
    walked.rows += len(ids)
    walked.lost += sorted(ids - found.keys())
    walked.lost += [one.row_id for one in without_cell(home, found.values(), even_empty=even_empty)]


def _judge(walked: TraceAudit, one: Counted) -> None:
    walked.numbers += 1
    value = one.estimate["value"]
    if one.persons < 0:
        _fault(walked, one, NO_RULE)
    elif value is not None and one.expected is not None:
        if abs(one.expected - value) > NEAR * max(1.0, abs(value)):
            _fault(walked, one, DISAGREES)
        else:
            walked.agreed += 1
    elif value and not one.rows:
        _fault(walked, one, NO_ROWS)


def _fault(walked: TraceAudit, one: Counted, what: str) -> None:
    row = one.estimate
    key = " ".join(
        str(row[part]) for part in ("analysis", "population", "endpoint", "grp", "term", "statistic") if row[part]
    )
    walked.faults.append((row["estimate_id"], key, what, one.expected))
