"""A delivery as a whole held against the one before it: what is measured, and what could not be.

Belongs here: ages, shares, distributions, ratios and announced counts from two profiles, with the thresholds that hold.
Does not belong here: counting rows (batch_profile.py), the suite that judges (schemas/batches.py), what a failure does
(gates.py). Everything is a count or a share; no patient's value is read or told.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from haicplatform.core.clock import WALL_CLOCK
from haicplatform.ingest.validation.batch_profile import Profile, TableProfile
from schemas.batches import BatchResult, Item, Threshold, thresholds
from schemas.contract import TABLES

if TYPE_CHECKING:
    from haicplatform.sites.site import Site

AGE, NEWEST, MISSING, DISTRIBUTION, CODES, VANISHED, RATIO, REFERENCE = (
    "delivery.extract_age", "delivery.newest_event", "delivery.missing_share", "delivery.distribution",
    "delivery.code_share", "delivery.code_vanished", "delivery.ratio", "delivery.reference_count",
)  # fmt: skip
BINS = 10
_Z_999 = 3.0902323061678132
_FIRST = "no earlier accepted delivery; a first load may be old"
_UNKNOWN = "it was taken in before profiles were kept"


@dataclass(frozen=True)
class Batch:
    """One delivery. rows: as delivered, of the tables that came whole; the times as in landing.Landed."""

    rows: dict[str, int]
    profile: Profile | None
    extracted_at: dt.datetime
    landed_at: dt.datetime


@dataclass(frozen=True)
class Before:
    """What it is compared with: of each table an accepted delivery that brought it whole.

    rows: of the last one. tables, parent_rows: the table's counts and the rows of its parent in the last one without a
    warning about it (see expectations.yaml); None where they were not kept. landed_at: of the last accepted delivery.
    newest: the newest date in accepted data, and the day of the first extract that had it.
    """

    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, TableProfile | None] = field(default_factory=dict)
    parent_rows: dict[str, int] = field(default_factory=dict)
    landed_at: dt.datetime | None = None
    newest: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True)
class Measured:
    """items: for the suite; not_run: what could not be measured, with the reason."""

    items: list[Item] = field(default_factory=list)
    not_run: list[BatchResult] = field(default_factory=list)


def limits(site: Site) -> dict[str, Threshold]:
    """The threshold of every rule that the site file does not turn off: its own where it gives one."""
    found = {}
    for rule, usual in thresholds().items():
        own = site.gates.expect.get(rule)
        if own is not None and own.skip:
            continue
        limit: Decimal | int | None = usual.limit if own is None or own.limit is None else own.limit
        least = usual.least if own is None or own.least is None else own.least
        if rule == AGE and limit is None:
            limit = site.expected_every_days + site.grace_days
        found[rule] = Threshold(None if limit is None else Decimal(limit), usual.unit, least)
    return found


def measure(site: Site, batch: Batch, before: Before) -> Measured:
    """Everything that is expected of a batch beside its volume, ready for the suite."""
    done, known = Measured(), limits(site)
    for rule, own in site.gates.expect.items():
        if own.skip:
            done.not_run.append(BatchResult(rule, None, "not_run", "", "", f"the site file turns it off: {own.skip}"))
    is_full = site.extract == "full"
    checks: dict[str, Callable[[], Iterator[Item | BatchResult]]] = {
        AGE: lambda: _age(batch, before, known[AGE], site.extracted_at.from_ == "file_name"),
        NEWEST: lambda: _newest(batch, before, known[NEWEST]),
        REFERENCE: lambda: _reference(batch, site.gates.reference_rows, known[REFERENCE], is_full),
        RATIO: lambda: _ratios(batch, before, known[RATIO], is_full),
        MISSING: lambda: _by_table(MISSING, _missing, batch, before, known[MISSING], is_full),
        DISTRIBUTION: lambda: _by_table(DISTRIBUTION, _numbers, batch, before, known[DISTRIBUTION], is_full),
        CODES: lambda: _by_table(CODES, _codes, batch, before, known[CODES], is_full),
        VANISHED: lambda: _by_table(VANISHED, _vanished, batch, before, known[VANISHED], is_full),
    }
    for rule, check in checks.items():
        for each in check() if rule in known else ():
            if isinstance(each, Item):
                done.items.append(each)
            else:
                done.not_run.append(each)
    return done


def _limit(allowed: Threshold) -> Decimal:
    """Of a rule that is measured: the age of an extract, the only one without a usual limit, has the hospital's."""
    if allowed.limit is None:
        raise ValueError("a threshold without a limit")
    return allowed.limit


def _not_run(rule: str, why: str, table: str | None = None, found: str = "") -> BatchResult:
    return BatchResult(rule, table, "not_run", found, "", why)


def _age(batch: Batch, before: Before, allowed: Threshold, is_dated: bool) -> Iterator[Item | BatchResult]:
    """How old the extract was when it came. Deliveries that came together are a load of the past."""
    if not is_dated:
        yield _not_run(AGE, "the files do not say when they were extracted")
        return
    landed = _day(batch.landed_at)
    days = (landed - batch.extracted_at.date()).days
    if before.landed_at is None or _day(before.landed_at) >= landed:
        why = _FIRST if before.landed_at is None else "it did not come on a later day than the one before it"
        yield _not_run(AGE, why, found=str(days))
        return
    yield Item(AGE, float(_limit(allowed)) - days, str(days), f"<= {allowed.limit}")


def _day(at: dt.datetime) -> dt.date:
    """The day on the hospitals' wall clock of a time in UTC."""
    return at.replace(tzinfo=dt.UTC).astimezone(WALL_CLOCK).date()


def _newest(batch: Batch, before: Before, allowed: Threshold) -> Iterator[Item | BatchResult]:
    """For how many days of extracts nothing newer has come: an export that always takes the same old rows."""
    if batch.profile is None or before.newest is None:
        yield _not_run(NEWEST, _UNKNOWN if batch.profile is None else _FIRST)
        return
    newest, since = before.newest
    has_moved = batch.profile.newest_event is not None and batch.profile.newest_event > newest.isoformat()
    days = 0 if has_moved else (batch.extracted_at.date() - since).days
    yield Item(NEWEST, float(_limit(allowed)) - days, str(days), f"<= {allowed.limit}")


def _reference(
    batch: Batch, announced: dict[str, int], allowed: Threshold, is_full: bool
) -> Iterator[Item | BatchResult]:
    for table, rows in announced.items():
        if not is_full or table not in batch.rows:
            why = "the table did not come whole" if is_full else "an incremental extract brings only what changed"
            yield _not_run(REFERENCE, why, table)
            continue
        least = math.ceil(rows * (1 - Fraction(_limit(allowed)) / 100))
        yield Item(REFERENCE, batch.rows[table] - least, str(batch.rows[table]), f">= {least}", table)


def _ratios(batch: Batch, before: Before, allowed: Threshold, is_full: bool) -> Iterator[Item | BatchResult]:
    """Rows of a table a row of its parent: visits a patient, lesions a visit, administrations a course."""
    for name, table in TABLES.items():
        if table.parent is None or not all(each in batch.rows for each in (name, table.parent)):
            continue
        earlier, parents = before.tables.get(name), before.parent_rows.get(name, 0)
        known = earlier is not None and earlier.rows > 0
        if earlier is None or not is_full or not known or min(batch.rows[table.parent], parents) < allowed.least:
            yield _not_run(RATIO, _why_not(is_full, known, allowed), name)
            continue
        now, then = Fraction(batch.rows[name], batch.rows[table.parent]), Fraction(earlier.rows, parents)
        margin = Fraction(_limit(allowed)) - 100 * abs(now / then - 1)  # exact: the limit itself passes
        most = f"{float(then):.2f} ± {allowed.limit} %"
        yield Item(RATIO, float(margin), f"{float(now):.2f}", most, name)


def _why_not(is_full: bool, is_known: bool, allowed: Threshold) -> str:
    if not is_full:
        return "an incremental extract brings only what changed"
    return f"fewer than {allowed.least} rows" if is_known else "no earlier accepted delivery of the table"


def _by_table(
    rule: str, compare: Callable, batch: Batch, before: Before, allowed: Threshold, is_full: bool
) -> Iterator[Item | BatchResult]:
    for name in batch.rows:
        now = None if batch.profile is None else batch.profile.tables.get(name)
        then = before.tables.get(name)
        if not is_full or name not in before.tables:
            yield _not_run(rule, _why_not(is_full, False, allowed), name)
        elif now is None or then is None:
            yield _not_run(rule, _UNKNOWN, name)
        elif min(now.rows, then.rows) < max(allowed.least, 1):
            yield _not_run(rule, f"fewer than {max(allowed.least, 1)} rows", name)
        else:
            yield from compare(name, now, then, allowed)


def _missing(table: str, now: TableProfile, then: TableProfile, allowed: Threshold) -> Iterator[Item]:
    for column, missing in now.missing.items():
        share = Fraction(100 * missing, now.rows)
        earlier = Fraction(100 * then.missing.get(column, then.rows), then.rows)
        margin = Fraction(_limit(allowed)) - (share - earlier)
        most = f"<= {float(earlier):.1f} % + {allowed.limit}"
        yield Item(MISSING, float(margin), f"{float(share):.1f} %", most, table, column)


def _numbers(table: str, now: TableProfile, then: TableProfile, allowed: Threshold) -> Iterator[Item | BatchResult]:
    for column, parts in then.numbers.items():
        for part, counted in parts.items():
            edges = _edges(counted)
            place = (table, column, part or None)
            yield from _shift(
                DISTRIBUTION, place, _binned(counted, edges), _binned(now.numbers.get(column, {}).get(part, []), edges),
                allowed,
            )  # fmt: skip


def _codes(table: str, now: TableProfile, then: TableProfile, allowed: Threshold) -> Iterator[Item | BatchResult]:
    for column, counted in then.codes.items():
        current = now.codes.get(column, {})
        codes = sorted({*counted, *current})
        then_, now_ = ([each.get(code, 0) for code in codes] for each in (counted, current))
        yield from _shift(CODES, (table, column, None), then_, now_, allowed)


def _shift(
    rule: str, place: tuple[str, str, str | None], then: list[int], now: list[int], allowed: Threshold
) -> Iterator[Item]:
    """The stability index of two counts over the same bins; nothing where one bin is all there is."""
    if len(then) < 2:
        return
    n, m = sum(now), sum(then)
    if min(n, m) < allowed.least:
        return  # too few for a column or a part of it; its table has enough
    most = max(float(_limit(allowed)), (1 / n + 1 / m) * chi_square_999(len(then) - 1))
    found = stability_index(then, now)
    yield Item(rule, most - found, f"PSI {found:.2f}", f"<= {most:.2f}", *place)


def _vanished(table: str, now: TableProfile, then: TableProfile, allowed: Threshold) -> Iterator[Item]:
    for column, counted in then.codes.items():
        current, total = now.codes.get(column, {}), sum(counted.values())
        for code, rows in counted.items():
            if rows * sum(current.values()) / total > _limit(allowed):
                count = current.get(code, 0)
                yield Item(VANISHED, count - 1, str(count), f">= 1 (before: {rows})", table, column, code)


def stability_index(then: list[int], now: list[int]) -> float:
    """Population stability index of two lists of counts over the same bins; half a count is added to each.

    Source: Siddiqi, Credit Risk Scorecards (2006): sum of (q - p) ln(q / p) over shares p before and q now.
    """
    p, q = ([(count + 0.5) / (sum(counts) + 0.5 * len(counts)) for count in counts] for counts in (then, now))
    return sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))


def chi_square_999(df: int) -> float:
    """The 99.9 % point of chi-square by Wilson and Hilferty (1931): 3 % high at one degree of freedom, then closer."""
    part = 2 / (9 * df)
    return df * (1 - part + _Z_999 * math.sqrt(part)) ** 3


def _edges(counted: list[list[float]]) -> list[float]:
    """Upper ends of bins that hold a tenth of the earlier rows each, with one below all of them and one above."""
    values, total = [value for value, _ in counted], sum(count for _, count in counted)
    reached = list(accumulate(count for _, count in counted))
    tenths = {values[bisect_left(reached, total * step / BINS)] for step in range(1, BINS)}
    return sorted({math.nextafter(values[0], -math.inf), *tenths, values[-1]})


def _binned(counted: list[list[float]], edges: list[float]) -> list[int]:
    bins = [0] * (len(edges) + 1)
    for value, count in counted:
        bins[bisect_left(edges, value)] += int(count)
    return bins
