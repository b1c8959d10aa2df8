"""Treatment given and its harm: cycles and dose, adverse events by grade, laboratory toxicity, later therapy.

Belongs here: what these sections say. Does not belong here: grading.
"""

from __future__ import annotations

from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Part, Row, Table, Text
from haicplatform.report.document.report_context import Desk, words

DOSE_SHARES = ("interrupted", "off_plan", "interval_off")
GRADES = (1, 2, 3, 4, 5)


def safety(it: Desk) -> list[Part]:
    """Each table where its estimates exist."""
    treatment = _dose(it)
    harm = [t for t in (_events(it, "adverse_events"), _events(it, "lab_toxicity")) if t]
    later = _later(it)
    parts: list[Part] = []
    if treatment:
        parts += [Heading(1, "treatment", it.words("heading.treatment")), treatment]
    if harm:
        parts += [Heading(1, "safety", it.words("heading.safety")), *harm]
    if later:
        parts += [Heading(1, "later", it.words("heading.later")), later]
    return parts


def _columns(it: Desk) -> tuple[str, ...]:
    return it.columns if len(it.names.order) > 1 else (ALL,)


def _dose(it: Desk) -> Table | None:
    """Cycles given, relative dose intensity by drug, and how often a course left its plan."""
    if "dose" not in it.found.analyses:
        return None
    columns, n = _columns(it), it.numbers
    get = lambda statistic, g, term: it.found.get("dose", statistic, grp=g, term=term)  # noqa: E731
    terms = it.found.terms("dose", "mean", grp=ALL) or it.found.terms("dose", "median", grp=ALL)
    rows: list[Row] = []
    seen = []
    for term in terms:
        label = (
            it.words("line.cycles")
            if term == "cycles"
            else it.words("line.rdi", drug=it.names.code(term.partition("=")[2]))
        )
        rows.append(Row((words(label), *[n.count(get("n", g, term)) for g in columns]), "heading"))
        cells = [n.mean_sd(get("mean", g, term), get("sd", g, term)) for g in columns]
        rows.append(Row((words(it.words("line.mean_sd")), *cells), "level"))
        cells = [n.quartiles(*[get(s, g, term) for s in ("median", "q1", "q3")]) for g in columns]
        rows.append(Row((words(it.words("line.quartiles")), *cells), "level"))
        seen += [get("mean", g, term) for g in columns]
        if term == "cycles":
            shares = [t for t in it.found.terms("dose", "n", grp=ALL) if t.startswith("cycles=")]
            rows += [_share(it, get, t, _cycles(it, t.partition("=")[2]), columns) for t in shares]
    for term in DOSE_SHARES:
        if term in it.found.terms("dose", "n", grp=ALL):
            rows.append(_share(it, get, term, it.words(f"line.{term}"), columns))
    head = [words(it.words("head.treatment")), *[words(it.names.group(group)) for group in columns]]
    notes = (it.words.text("note.dose"), *it.sentences(*seen))
    return Table("table-dose", it.words("table.dose"), tuple(head), tuple(rows), notes)


def _cycles(it: Desk, k: str) -> str:
    return it.words("line.cycle_count_1") if k == "1" else it.words("line.cycle_count", k=k)


def _share(it: Desk, get, term: str, label: str, columns: tuple[str, ...]) -> Row:
    cells = [it.numbers.share(get("n", g, term), get("pct", g, term)) for g in columns]
    return Row((words(label), *cells), "level" if "=" in term else "")


def _events(it: Desk, analysis: str) -> Table | None:
    """Patients with each event: any grade, each worst grade together, grade 3 or more, by group."""
    if analysis not in it.found.analyses:
        return None
    columns, n = it.names.order, it.numbers
    get = lambda statistic, g, term: it.found.get(analysis, statistic, grp=g, term=term)  # noqa: E731
    order = [t for t in it.found.terms(analysis, "n") if t not in ("patients", "any")]
    count = lambda term: -((row := get("n", ALL, term)) and row.value or 0)  # noqa: E731
    order = [t for t in sorted(order, key=count) if count(t) < 0]
    totals = [cell for g in columns for cell in (n.count(get("n", g, "patients")), *[()] * (len(GRADES) + 1))]
    rows = [Row((words(it.words("line.treated")), *totals))]
    for term in ["any", *order]:
        cells: list[Text] = []
        for group in columns:
            cells += [n.share(get("n", group, term), get("pct", group, term))]
            cells += [n.count(get(f"n_grade_{grade}", group, term)) for grade in GRADES]
            cells += [n.share(get("n_severe", group, term), get("pct_severe", group, term))]
        label = it.words(f"line.{analysis}_any") if term == "any" else it.names.code(term)
        rows.append(Row((words(label), *cells), "total" if term == "any" else ""))
    heads = [it.words("head.any_grade"), *[str(grade) for grade in GRADES], it.words("head.severe")]
    head = [words(it.words("head.event")), *[words(text) for _ in columns for text in heads]]
    groups = [("", 1)]
    for group in columns:
        groups.append((it.names.group(group), len(heads)))
    notes = [it.words.text(f"note.{analysis}")]
    ungraded = [get("n_ungraded", group, "any") for group in columns]
    if any(row is not None and row.value for row in ungraded):
        shown = [n.count(row) for row in ungraded]
        labels = [it.names.group(group) for group in columns]
        pieces = [piece for label, text in zip(labels, shown, strict=True) for piece in (*words(f" {label} "), *text)]
        notes.append((*it.words.text("note.ungraded"), *pieces, *words(".")))
    title = it.words(f"table.{analysis}")
    return Table(f"table-{analysis.replace('_', '-')}", title, tuple(head), tuple(rows), tuple(notes), tuple(groups))


def _later(it: Desk) -> Table | None:
    """The first therapy begun on or after progression."""
    if "post_progression" not in it.found.analyses:
        return None
    columns = _columns(it)
    get = lambda statistic, g, term: it.found.get("post_progression", statistic, grp=g, term=term)  # noqa: E731
    terms = it.found.terms("post_progression", "n")
    fixed = ("progressed", "any", "none")
    order = [t for t in terms if t not in fixed]
    order = sorted(order, key=lambda t: -((row := get("n", ALL, t)) and row.value or 0))
    rows = []
    for term in ["progressed", "any", *order, "none"]:
        if term in terms and any((row := get("n", g, term)) is not None and row.value != 0 for g in columns):
            label = it.words(f"line.later_{term}") if term in fixed else it.names.code(term)
            cells = [it.numbers.share(get("n", g, term), get("pct", g, term)) for g in columns]
            rows.append(
                Row((words(label), *cells), "total" if term == "progressed" else "level" if term in order else "")
            )
    head = [words(it.words("head.later")), *[words(it.names.group(group)) for group in columns]]
    notes = (it.words.text("note.later"),)
    return Table("table-later", it.words("table.later"), tuple(head), tuple(rows), notes) if rows else None
