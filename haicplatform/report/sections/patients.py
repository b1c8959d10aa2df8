"""What was asked and found in short; the flow of patients; Table 1.

Belongs here: the first pages of the report. Does not belong here: results by hospital (hospitals.py).
"""

from __future__ import annotations

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Paragraph, Part, Row, Run, Table, Text, say
from haicplatform.report.document.number_format import NONE, fixed, tagged
from haicplatform.report.document.report_context import FIRST_ENDPOINTS, Desk, words
from haicplatform.report.figures import draw_flow
from haicplatform.report.figures.drawing import figure

MARKS = {"pearson": "a", "fisher": "b", "student_t": "c", "welch_t": "d"}


def summary(it: Desk) -> list[Part]:
    """The question, who was analysed, and the main results in one table."""
    say_, n = it.words, it.numbers
    compared = say_("and_list", first=it.names.group(it.names.order[-1]), last=it.names.group(it.names.order[0]))
    outcome = it.names.endpoints[it.endpoints[0]] if it.endpoints else say_("outcome")
    alone = len(it.names.order) < 2
    key = "summary.question_one" if alone else "summary.question"
    lower = outcome[:1].lower() + outcome[1:]
    parts: list[Part] = [Heading(1, "summary", say_("heading.summary"))]
    parts.append(Paragraph(say_.text(key, outcome=lower, groups=compared, group=it.names.group(it.names.order[0]))))
    included, assessed = _included(it), it.found.get("flow", "n", term="assessed")
    sentence = say_.text("summary.patients", included=n.count(included), assessed=n.count(assessed))
    parts.append(Paragraph(sentence))
    rows = [*_survival_rows(it), *_response_rows(it)]
    if rows:
        head = [words(say_("head.result")), *[words(it.names.group(g)) for g in it.names.order]]
        if not alone:
            head += [words("p"), words(say_("head.adjusted_hr"))]
        notes = [say_.text("note.adjusted", compared=it.names.compared)] if not alone else []
        notes += [say_.text("note.nr"), *_changing_ratios(it)]
        parts.append(Table("table-summary", say_("table.summary"), tuple(head), tuple(rows), tuple(notes)))
    return parts


def _survival_rows(it: Desk) -> list[Row]:
    rows = []
    for endpoint in it.endpoints[:FIRST_ENDPOINTS]:
        medians = [it.numbers.months(it.found.get("km", "median", endpoint=endpoint, grp=g)) for g in it.names.order]
        cells = [words(it.words("summary.median", endpoint=it.names.endpoints[endpoint])), *medians]
        if len(it.names.order) > 1:
            cells.append(it.numbers.p(it.found.get("logrank", "p", endpoint=endpoint)))
            cells.append(it.numbers.ratio(it.found.get("cox_multivariable", "hr", endpoint=endpoint, term=it.exposure)))
        rows.append(Row(tuple(cells)))
    return rows


def _changing_ratios(it: Desk) -> list[Text]:
    """Beside the hazard ratios, for whom reads no further: which of them is an average of one that changes."""
    said = []
    for endpoint in it.endpoints[:FIRST_ENDPOINTS]:
        row = it.found.get("proportional_hazards", "p", endpoint=endpoint, term=it.exposure.partition("=")[0])
        if row is not None and row.status.startswith("non_proportional"):
            name = it.names.endpoints[endpoint]
            said.append(it.words.text("note.changing_ratio", endpoint=name, p=it.numbers.p(row)))
    return said


def _response_rows(it: Desk) -> list[Row]:
    rows = []
    for rate in ("ORR", "DCR"):
        shares = [it.found.get("response", "pct", endpoint="BOR", grp=group, term=rate) for group in it.names.order]
        if any(row is not None for row in shares):
            cells = [words(it.words(f"summary.{rate}")), *[it.numbers.percent(row) for row in shares]]
            if len(it.names.order) > 1:
                cells += [it.numbers.p(it.found.get("response", "p", endpoint="BOR", term=rate)), NONE]
            rows.append(Row(tuple(cells)))
    return rows


def _included(it: Desk) -> Estimate | None:
    return it.found.get("flow", "n", term="included", grp=ALL)


def reasons(it: Desk, population: str = "pooled") -> list[tuple[str, Estimate]]:
    """(term, row) of each reason for which anyone in all hospitals left, in the study's order."""
    terms = [term for term in it.found.terms("flow", "n") if term.startswith("excluded=")]
    kept = [t for t in terms if (row := it.found.get("flow", "n", term=t)) is not None and row.value != 0]
    rows = [(t, it.found.get("flow", "n", term=t, population=population)) for t in kept]
    return [(term, row) for term, row in rows if row is not None]


def flow(it: Desk) -> list[Part]:
    """The flow as a picture; the same by hospital is a table of the hospitals' section."""
    if it.found.get("flow", "n", term="assessed") is None:
        return []
    line = lambda label, row: say(f"{label}: ", it.numbers.count(row))  # noqa: E731
    get = lambda term, grp="": it.found.get("flow", "n", term=term, grp=grp)  # noqa: E731
    out = [line(it.words("flow.excluded"), get("excluded"))]
    out += [line(it.names.exclusion(term.partition("=")[2]), row) for term, row in reasons(it)]
    top = line(it.words("flow.assessed"), get("assessed"))
    middle = line(it.words("flow.included"), _included(it))
    ends = [line(label, get("included", group)) for group, label in it.groups()]
    ends = ends if len(ends) > 1 else []
    made = figure(
        "flow", it.words("figure.flow"), it.words.text("caption.flow"), it.salt,
        lambda data: draw_flow.flow(top, out, middle, ends, data),
    )  # fmt: skip
    return [Heading(1, "patients", it.words("heading.patients")), made]


def baseline(it: Desk, population: str = "pooled") -> list[Part]:
    """Table 1: numbers as mean ± SD and median (quartiles), levels as n (%)."""
    if "baseline" not in it.found.analyses:
        return []
    table = baseline_table(it, population, "table-baseline", it.words("table.baseline"))
    return [Heading(1, "baseline", it.words("heading.baseline")), table]


def baseline_table(it: Desk, population: str, name: str, title: str) -> Table:
    get = lambda statistic, **key: it.found.get("baseline", statistic, population=population, **key)  # noqa: E731
    compares = len(it.names.order) == 2
    columns = it.columns if len(it.names.order) > 1 else (ALL,)
    used: dict[str, Estimate] = {}
    rows: list[Row] = []
    failed: list[Estimate | None] = []
    for variable in it.study.baseline_table:
        term = variable.name
        heading: list[Text] = [words(it.names.variable(term)), *[()] * len(columns)]
        if compares:
            p, smd = get("p", term=term), get("smd", term=term)
            mark = MARKS.get(p.method, "") if p is not None and p.value is not None else ""
            if mark:
                used.setdefault(mark, p)
            failed += [p, smd]
            heading += [say(it.numbers.p(p), Run(mark, (), "raised") if mark else ""), _smd(it, smd)]
        rows.append(Row(tuple(heading), "heading"))
        rows += _levels(it, get, variable, columns, len(heading))
    head = it.head("baseline", it.words("head.characteristic"), population=population)
    head = head if len(columns) > 1 else [head[0], head[-1]]
    if compares:
        head += [words("p"), words("SMD")]
    notes = [it.words.text("note.baseline"), *_test_notes(it, used)]
    notes += [it.words.text("note.smd")] if compares else []
    return Table(name, title, tuple(head), tuple(rows), (*notes, *it.sentences(*failed)))


def _smd(it: Desk, row: Estimate | None) -> Text:
    if row is None or row.value is None:
        return it.numbers.plain(row, 2)
    return tagged(fixed(abs(row.value), 2), row)


def _levels(it: Desk, get, variable, columns: tuple[str, ...], width: int) -> list[Row]:
    name, n = variable.name, it.numbers
    rows: list[list[Text]] = []
    if variable.kind == "continuous":
        cells = [n.mean_sd(get("mean", grp=g, term=name), get("sd", grp=g, term=name)) for g in columns]
        rows.append([words(it.words("line.mean_sd")), *cells])
        quarters = [[get(s, grp=g, term=name) for s in ("median", "q1", "q3")] for g in columns]
        rows.append([words(it.words("line.quartiles")), *[n.quartiles(*three) for three in quarters]])
    else:
        for term in (t for t in it.found.terms("baseline", "pct", grp=ALL) if t.partition("=")[0] == name):
            cells = [n.share(get("n", grp=g, term=term), get("pct", grp=g, term=term)) for g in columns]
            rows.append([words(it.names.level(term)), *cells])
    missing = [get("missing", grp=group, term=name) for group in columns]
    if any(row is not None and row.value != 0 for row in missing):
        rows.append([words(it.words("line.missing")), *[n.count(row) for row in missing]])
    return [Row(tuple([*cells, *[()] * (width - len(cells))]), "level") for cells in rows]


def _test_notes(it: Desk, used: dict[str, Estimate]) -> list[Text]:
    return [
        say(Run(mark, (), "raised"), " ", it.words(f"method.{row.method}"), ".") for mark, row in sorted(used.items())
    ]
