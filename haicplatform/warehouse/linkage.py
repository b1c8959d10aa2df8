"""Who is one person across hospitals where no link key says so: candidates, and what a person decided about them.

Belongs here: listing pairs, confirming and rejecting them, contradictions, the relation that harmonisation reads.
Does not belong here: which pairs are candidates (sql/pages/record_linkage), what a decision does
(sql/harmonised/person.sql).

A pair is two patients of two hospitals, the first hospital in the order of the alphabet first; its name is a hash of
both numbers, which are hashes themselves. A decision holds until another one takes its place; the audit keeps both. It
counts from the next harmonisation on, and the snapshot says which decisions counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from haicplatform.core.clock import now
from haicplatform.core.errors import UsageError
from haicplatform.core.people import ADMINISTRATOR, DATA_MANAGER, plain_note
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import LinkDecision
from haicplatform.ledger.store import Ledger
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy.orm import Session

    from haicplatform.core.people import Person
    from haicplatform.core.settings import Home

CONFIRMED, REJECTED = "confirmed", "rejected"
DECISIONS = (CONFIRMED, REJECTED)
_KO = {CONFIRMED: "같은 사람", REJECTED: "다른 사람"}
Patient = tuple[str, str]
"""(site_id, patient_id)"""


@dataclass(frozen=True, order=True)
class Pair:
    """Two patients of two hospitals, in the order of the hospitals' names."""

    site_id: str
    patient_id: str
    other_site_id: str
    other_patient_id: str

    @property
    def pair_id(self) -> str:
        """First 12 hex of the SHA-256 over the JSON list of both: what the pair is called everywhere."""
        text = json.dumps(list(vars(self).values()), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def patients(self) -> tuple[Patient, Patient]:
        return (self.site_id, self.patient_id), (self.other_site_id, self.other_patient_id)


@dataclass(frozen=True)
class Link:
    """A pair, what agrees in the published data, and what was decided.

    sex, height_cm, first_haic_date: the same in both; None where the pair is no candidate (any more).
    decision: confirmed, rejected, or None: nobody has decided.
    """

    pair: Pair
    sex: str | None = None
    height_cm: object = None
    first_haic_date: dt.date | None = None
    decision: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    reason: str | None = None

    @property
    def is_candidate(self) -> bool:
        return self.first_haic_date is not None


def listed(home: Home, person: Person, decision: str | None = None) -> list[Link]:
    """Every candidate of the published data and every decided pair: those that wait first.

    decision: only those with that decision; `undecided` those without. Raises UsageError for a role that may not see
    other hospitals' patients, an unknown decision, and before the first harmonisation.
    """
    _may_decide(person)
    if decision not in (None, "undecided", *DECISIONS):
        raise UsageError(f"No decision is called {decision}", expected=f"undecided, {', '.join(DECISIONS)}")
    with Ledger(home) as ledger, reading(ledger.engine, home) as session:
        decided = {each.pair_id: each for each in session.scalars(select(LinkDecision))}
    alike = {link.pair.pair_id: link for link in _candidates(home)}
    links = [link for pair_id, link in alike.items() if pair_id not in decided]
    links += [_with_decision(alike.get(pair_id), each) for pair_id, each in decided.items()]
    wanted = [link for link in links if decision is None or (link.decision or "undecided") == decision]
    return sorted(wanted, key=lambda link: (link.decision is not None, link.decision or "", link.pair))


def decide(home: Home, person: Person, pair_id: str, decision: str, reason: str) -> Link:
    """Confirm or reject a pair: from the next harmonisation on it is one person, or no candidate any more.

    Raises UsageError for a role that may not, an unknown pair, a missing reason, a decision that stands already, and
    one that contradicts others: a rejected pair, or two numbers of one hospital, would become one person.
    """
    _may_decide(person)
    if decision not in DECISIONS:
        raise UsageError(f"No decision is called {decision}", expected=", ".join(DECISIONS))
    note = plain_note(reason)
    if note is None:
        raise UsageError(
            "A decision about two patients needs a reason",
            todo="say in a few words what it rests on",
            ko="두 환자에 대한 판정에는 근거가 필요합니다. 무엇을 보고 판정했는지 간단히 적어 주십시오.",
        )
    link = next((each for each in listed(home, person) if each.pair.pair_id == pair_id), None)
    if link is None:
        raise UsageError(
            f"There is no pair {pair_id}",
            todo="look for it with `haic links list`",
            ko=f"후보 쌍 {pair_id}이(가) 없습니다. 목록을 새로 고쳐 다시 확인해 주십시오.",
        )
    with Ledger(home) as ledger, writing(ledger.engine, home) as session:
        before = session.get(LinkDecision, pair_id)
        if before is not None and before.decision == decision:
            raise UsageError(
                f"The pair {pair_id} is {decision} already",
                found=f"{before.decided_by}, {before.decided_at:%Y-%m-%d}",
                ko=f"이미 {before.decided_by} 님이 {_KO[decision]}으로 판정했습니다({before.decided_at:%Y-%m-%d}).",
            )
        _refuse_contradiction(home, session, link.pair, decision)
        old = None if before is None else {"decision": before.decision}
        made = LinkDecision(
            pair_id=pair_id, **vars(link.pair), decision=decision, decided_by=person.name, decided_at=now(), reason=note
        )
        session.merge(made)
        act = audit.Act(f"link.{decision}", f"link:{pair_id}", None, old, {"decision": decision}, note)
        audit.append(session, person.name, [act])
        return _with_decision(link, made)


def in_force(ledger: Ledger) -> list[list[str]]:
    """The decisions that the next harmonisation follows: [site, patient, other site, other patient, decision] each."""
    with reading(ledger.engine, ledger.home) as session:
        return sorted([*vars(_pair(each)).values(), each.decision] for each in session.scalars(select(LinkDecision)))


def put(con: duckdb.DuckDBPyConnection, decisions: Iterable[Iterable[str]] = ()) -> None:
    """Make quality.link_decision of decisions as `in_force` gives them."""
    con.execute(
        "CREATE TABLE quality.link_decision (site_id VARCHAR, patient_id VARCHAR, other_site_id VARCHAR, "
        "other_patient_id VARCHAR, decision VARCHAR)"
    )
    if rows := [list(each) for each in decisions]:
        con.executemany("INSERT INTO quality.link_decision VALUES (?, ?, ?, ?, ?)", rows)


def _may_decide(person: Person) -> None:
    """A pair shows two hospitals' patients: it is for the coordinating centre alone."""
    if person.role not in (ADMINISTRATOR, DATA_MANAGER) or person.sites is not None:
        raise UsageError(
            f"A {person.role} may not decide about pairs of hospitals", expected=f"a {DATA_MANAGER} or {ADMINISTRATOR}"
        )


def _candidates(home: Home) -> list[Link]:
    columns = "site_id, patient_id, other_site_id, other_patient_id, sex, height_cm, first_haic_date"
    with warehouse.published(home) as con:
        if "quality.link_candidate" not in warehouse.relations(con):
            return []  # published before pairs were listed
        rows = con.execute(f"SELECT {columns} FROM quality.link_candidate").fetchall()
    return [Link(Pair(*row[:4]), *row[4:]) for row in rows]


def _with_decision(link: Link | None, decided: LinkDecision) -> Link:
    known = {} if link is None else {name: getattr(link, name) for name in ("sex", "height_cm", "first_haic_date")}
    decision = {name: getattr(decided, name) for name in ("decision", "decided_by", "decided_at", "reason")}
    return Link(_pair(decided), **known, **decision)


def _pair(decided: LinkDecision) -> Pair:
    return Pair(decided.site_id, decided.patient_id, decided.other_site_id, decided.other_patient_id)


def _refuse_contradiction(home: Home, session: Session, pair: Pair, decision: str) -> None:
    """Raise UsageError where this decision and the others, with the link keys, cannot all be true."""
    others = [each for each in session.scalars(select(LinkDecision)) if each.pair_id != pair.pair_id]
    joined = [_pair(each) for each in others if each.decision == CONFIRMED]
    apart = [_pair(each) for each in others if each.decision == REJECTED]
    (joined if decision == CONFIRMED else apart).append(pair)
    keys = _keys(home, {patient for each in (*joined, *apart) for patient in each.patients})
    person_of = _persons(keys, joined)
    for each in apart:
        one, other = (person_of.get(patient, patient) for patient in each.patients)
        if one == other and decision == CONFIRMED:
            raise UsageError(
                f"Confirming {pair.pair_id} would also make one person of a pair that was rejected",
                found=f"the rejected pair {each.pair_id}",
                todo=f"decide which of the two is true: `haic links confirm {each.pair_id}` first, or reject this one",
                ko=f"이 쌍을 같은 사람으로 판정하면, 다른 사람으로 판정한 쌍({each.pair_id})도 한 사람이 됩니다."
                " 두 판정 중 어느 것이 맞는지 먼저 확인해 주십시오.",
            )
        if one == other and each == pair:
            raise UsageError(
                f"The pair {pair.pair_id} is one person by other decisions or a link key",
                found="it hangs together through confirmed pairs or equal link keys",
                todo="reject one of those confirmed pairs first, or have the hospital correct its link key",
                ko="이 쌍은 다른 판정이나 연계키로 이미 한 사람으로 이어져 있습니다. 그 판정을 먼저 바꾸시거나,"
                " 병원에 연계키 수정을 요청해 주십시오.",
            )
    if decision == CONFIRMED:
        whole = [patient for patient, person in person_of.items() if person == person_of[pair.patients[0]]]
        sites = [site for site, _ in whole]
        if twice := sorted({site for site in sites if sites.count(site) > 1}):
            raise UsageError(
                f"Confirming {pair.pair_id} would make one person of two patient numbers of one hospital",
                found=f"two numbers of {', '.join(twice)}",
                todo="ask that hospital whether both numbers are one patient; if so it corrects its extract",
                ko=f"이 쌍을 같은 사람으로 판정하면 한 병원({', '.join(twice)})의 환자번호 두 개가 한 사람이 됩니다."
                " 해당 병원에 같은 환자인지 먼저 확인해 주십시오.",
            )


def _keys(home: Home, patients: set[Patient]) -> dict[Patient, str]:
    """Patient -> link key, of these patients and of everybody who shares a key with one of them."""
    with warehouse.published(home) as con:
        con.execute("CREATE TEMP TABLE asked (site_id VARCHAR, patient_id VARCHAR)")
        con.executemany("INSERT INTO asked VALUES (?, ?)", sorted(patients))
        rows = con.execute("""
            WITH keyed AS (
                SELECT site_id, patient_id, nullif(trim(link_key), '') AS link_key FROM validated.patient
            )
            SELECT site_id, patient_id, link_key FROM keyed
            WHERE link_key IN (SELECT link_key FROM keyed SEMI JOIN asked USING (site_id, patient_id))
        """).fetchall()
    return {(site, patient): key for site, patient, key in rows}


def _persons(keys: dict[Patient, str], joined: list[Pair]) -> dict[Patient, object]:
    """Patient -> a name of its person: equal for patients whom keys and confirmed pairs make one."""
    above: dict[object, object] = {}

    def top(node: object) -> object:
        while node in above:
            node = above[node]
        return node

    edges = [(patient, ("key", key)) for patient, key in keys.items()]
    for one, other in (*edges, *(pair.patients for pair in joined)):
        if top(one) != top(other):
            above[top(one)] = top(other)
    patients = {*keys, *(patient for pair in joined for patient in pair.patients)}
    return {patient: top(patient) for patient in patients}
