"""The night in one text a hospital, Korean first: what is new, closed, open again and late, and what to do next.

Belongs here: the three things to do, the words, the files under digests/<date>/. Does not belong here: counting
(nightly_status.py), sending (mail.py). A text holds counts, tables, columns and rules; no patient's number, no value.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from haicplatform.core.atomic_files import atomic_replace, translate_os_errors
from haicplatform.core.clock import WALL_CLOCK
from haicplatform.core.clock import now as utc_now
from haicplatform.core.settings import Settings
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Run
from haicplatform.ledger.store import ACCEPTED, REFUSED, Ledger
from haicplatform.operations.nightly_status import CLOSED, OPENED, REOPENED, WAITS, Said, SiteNight, site_nights
from schemas.contract import TABLES
from schemas.rules import RULES

if TYPE_CHECKING:
    from haicplatform.core.settings import Home

STEP = "digest"
CENTRE = "centre"
TO_DO = 3
# of a delivery, also on the pages of the review application
STATUS = {ACCEPTED: ("반영", "accepted"), REFUSED: ("거부", "refused"), WAITS: ("처리 대기", "waits")}
_NONE_YET = ("아직 없음", "none yet")


@dataclass(frozen=True)
class Digest:
    """One text: name of the file (a hospital, or `centre`), who gets it, subject and body; path: where it lies."""

    name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    path: Path


def write_digests(home: Home, now: dt.datetime | None = None) -> list[Digest]:
    """Write every hospital's digest and the centre's into digests/<day>/ (mode 600); again on one day replaces them.

    Counted is what happened since the digest of an earlier day, else in the last 24 hours. now: UTC, naive.
    """
    now = now or utc_now()
    day = now.replace(tzinfo=dt.UTC).astimezone(WALL_CLOCK).date()
    folder = home.digests / day.isoformat()
    with Ledger(home) as ledger, ledger.run(STEP, day.isoformat()) as outcome:
        nights = site_nights(home, ledger, _since(ledger, day, now), now)
        made = [_digest(folder, night.site_id, night.recipients, day, _of_site(night)) for night in nights]
        centre = tuple(each.strip() for each in Settings().digest_to.split(",") if each.strip())
        made.append(_digest(folder, CENTRE, centre, day, _of_centre(nights)))
        with translate_os_errors(home.root):
            for place in (home.digests, folder):
                place.mkdir(mode=0o700, exist_ok=True)
            for each in made:
                _write(each.path, each.text)
        outcome.append(f"{len(made)} texts")
    return made


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    atomic_replace(beside, path)


def _since(ledger: Ledger, day: dt.date, now: dt.datetime) -> dt.datetime:
    with reading(ledger.engine, ledger.home) as session:
        before = session.scalar(
            select(func.max(Run.started_at)).where(
                Run.step == STEP, Run.subject < day.isoformat(), Run.ended_at.is_not(None)
            )
        )
    return before or now - dt.timedelta(days=1)


def to_do(night: SiteNight) -> tuple[list[Said], int]:
    """The three things that help most, the most urgent first, and how many open queries they do not name."""
    found: list[Said] = []
    left = 0
    if night.status == REFUSED:
        found.append(
            ("거부된 자료를 고쳐 다시 보내 주십시오.", "Please mend the delivery that was refused and send it again.")
        )
    if night.late:
        found.append(("밀린 추출 자료를 보내 주십시오.", "Please send the extract that is overdue."))
    for table, column, rule, count in night.most:
        if rule in RULES and not rule.startswith("delivery.overdue"):
            left += count if len(found) >= TO_DO else 0
            ko, en = _place(table, column)
            found.append(
                (
                    f"{ko} 질의 {count:,}건에 답변해 주십시오 ({rule}).",
                    f"Please answer {count:,} {_queries(count)} about {en} ({rule}).",
                )
            )
    return found[:TO_DO], left


def _queries(count: int) -> str:
    return "query" if count == 1 else "queries"


def _place(table: str | None, column: str | None) -> Said:
    if table not in TABLES:
        return "파일·자료 전체", "files and deliveries"
    known = TABLES[table]
    if column not in known.names:
        return f"'{known.ko}' 표", f"the table '{known.en}'"
    of_column = known.column(column)
    return f"'{known.ko}' 표 '{of_column.title_ko}' 열", f"'{of_column.title_en}' of '{known.en}'"


def _digest(folder: Path, name: str, recipients: tuple[str, ...], day: dt.date, made: tuple[str, list[str]]) -> Digest:
    about, lines = made
    subject = f"[HAIC] {day.isoformat()} {about}"
    return Digest(name, recipients, subject, "\n".join([subject, "", *lines, ""]), folder / f"{name}.txt")


def _of_site(night: SiteNight) -> tuple[str, list[str]]:
    label = "가상 자료 SYNTHETIC, " if night.is_synthetic else ""
    moved = {name: night.moved.get(name, 0) for name in (OPENED, CLOSED, REOPENED)}
    subject = f"{night.name[0]} ({night.site_id}): 새 질의 {moved[OPENED]:,}, 기한 지남 {night.overdue:,}"
    texts = []
    for language in (0, 1):
        day = night.extracted_at.isoformat() if night.extracted_at else "-"
        state = STATUS.get(night.status or "", _NONE_YET)[language]
        open_, answered = night.waiting
        lines = (
            [
                f"{label}{night.name[0]} 귀중",
                "",
                f"최근 자료: 추출일 {day}, {state}"
                + (f" (자료 전체 경고 {night.warnings}건)" if night.warnings else ""),
                f"질의: 새로 {moved[OPENED]:,}, 종결 {moved[CLOSED]:,}, 다시 열림 {moved[REOPENED]:,}",
                f"남은 질의: 미답변 {open_:,} (그중 기한 지남 {night.overdue:,}), 답변 후 확인 대기 {answered:,}",
            ],
            [
                f"{label}{night.name[1]}",
                "",
                f"Last delivery: extract of {day}, {state}"
                + (f" ({night.warnings} warnings about it as a whole)" if night.warnings else ""),
                f"Queries: {moved[OPENED]:,} new, {moved[CLOSED]:,} closed, {moved[REOPENED]:,} open again",
                f"Waiting: {open_:,} without an answer ({night.overdue:,} overdue), {answered:,} answered",
            ],
        )[language]
        told = [*night.reasons, *([night.late] if night.late else [])]
        lines += [f"- {each[language]}" for each in told]
        urgent, left = to_do(night)
        things = [f"{number}. {each[language]}" for number, each in enumerate(urgent, 1)]
        if left:
            verb = "waits" if left == 1 else "wait"
            more = (
                f"그 밖에 답변을 기다리는 질의가 {left:,}건 있습니다.",
                f"{left:,} more {_queries(left)} {verb} for an answer.",
            )
            things.append(more[language])
        heading = ("할 일", "To do")[language]
        none = ("지금 하실 일은 없습니다.", "Nothing is to be done now.")[language]
        texts.append("\n".join([*lines, "", heading, *(things or [none])]))
    return subject, ["\n\n----\n\n".join(texts)]


def _of_centre(nights: list[SiteNight]) -> tuple[str, list[str]]:
    label = "가상 자료 SYNTHETIC, " if any(night.is_synthetic for night in nights) else ""
    refused, late = (sum(bool(test(night)) for night in nights) for test in (_is_refused, lambda night: night.late))
    subject = f"총괄센터: 거부 {refused}, 자료 지연 {late}"
    lines = [f"{label}병원별 현황 / by hospital", ""]
    for night in nights:
        ko, en = STATUS.get(night.status or "", _NONE_YET)
        open_, answered = night.waiting
        counts = [night.moved.get(name, 0) for name in (OPENED, CLOSED, REOPENED)]
        lines += [
            f"{night.site_id} {night.name[0]}: {ko}/{en}{', 지연/late' if night.late else ''}",
            f"    새로/new {counts[0]:,}, 종결/closed {counts[1]:,}, 다시 열림/open again {counts[2]:,}, "
            f"미답변/open {open_:,}, 기한 지남/overdue {night.overdue:,}, 답변됨/answered {answered:,}",
        ]
    urgent = sorted(
        nights, key=lambda night: (not _is_refused(night), not night.late, -night.overdue, -night.waiting[0])
    )
    things = [(night, to_do(night)[0][0]) for night in urgent if to_do(night)[0]][:TO_DO]
    lines += ["", "먼저 볼 곳 / look here first"]
    lines += [f"{number}. {night.site_id}: {ko} / {en}" for number, (night, (ko, en)) in enumerate(things, 1)]
    return subject, lines if things else [*lines, "없음 / none"]


def _is_refused(night: SiteNight) -> bool:
    return night.status == REFUSED
