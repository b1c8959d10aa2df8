"""Treatment response: tables with intervals, waterfall, spider and swimmer plots, agreement of readers.

Belongs here: what the response section says. Does not belong here: drawing (draw_response.py).
"""

from __future__ import annotations

from collections.abc import Callable

from haicplatform.estimation.rows import CATEGORIES
from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.labels import ALL
from haicplatform.report.document.model import Heading, Part, Row, Table, Text
from haicplatform.report.document.report_context import ReportContext, words
from haicplatform.report.figures import draw_response
from haicplatform.report.figures.drawing import Data, Drawing, figure

# best responses that stand in the table only where somebody has them
RARE = ("NON-CR/NON-PD", "MISSING")


def response(ctx: ReportContext) -> list[Part]:
    """Best response unconfirmed and confirmed, then the plots."""
    parameters = [p for p in ("BOR", "CBOR") if _patients(ctx, p) is not None]
    if not parameters:
        return []
    parts: list[Part] = [Heading(1, "response", ctx.words("heading.response"))]
    parts += [response_table(ctx, parameter) for parameter in parameters]
    for name, statistic, draw in (
        ("waterfall", "best_change", draw_response.waterfall),
        ("spider", "change", draw_response.spider),
        ("swimmer", "duration", draw_response.swimmer),
    ):
        if draw_response.ranks(ctx, name, statistic):
            parts.append(_plot(ctx, name, draw))
    return parts


def _plot(ctx: ReportContext, name: str, draw: Callable[[ReportContext, Data], Drawing]) -> Part:
    counts = [ctx.found.get(name, statistic, grp=ALL, term="patients") for statistic in ("n", "n_not_measured")]
    caption: Text = ctx.words.text(f"caption.{name}")
    if all(row is not None for row in counts):
        n, out = (ctx.numbers.count(row) for row in counts)
        caption += ctx.words.text("caption.measured", n=n, out=out)
    if name == "swimmer":
        crowded = draw_response.is_crowded(ctx)
        most = str(draw_response.MOST_MARKED)
        caption += ctx.words.text("caption.swimmer_crowded", most=most) if crowded else ()
    return figure(name, ctx.words(f"figure.{name}"), caption, ctx.salt, lambda data: draw(ctx, data))


def _patients(ctx: ReportContext, parameter: str, population: str = "pooled") -> Estimate | None:
    return ctx.found.get("response", "n", endpoint=parameter, grp=ALL, term="patients", population=population)


def response_table(ctx: ReportContext, parameter: str, population: str = "pooled", name: str = "") -> Table:
    """Best overall response by group, with ORR and DCR."""
    key = {"endpoint": parameter, "population": population}
    get = lambda statistic, **more: ctx.found.get("response", statistic, **key, **more)  # noqa: E731
    n, compares = ctx.numbers, len(ctx.names.order) == 2
    columns = ctx.columns if len(ctx.names.order) > 1 else (ALL,)
    tail: tuple[Text, ...] = ((),) if compares else ()
    rows: list[Row] = []
    methods: dict[str, Estimate] = {}
    seen: list[Estimate | None] = []
    for category in CATEGORIES:
        counts = [get("n", grp=group, term=category) for group in columns]
        if category in RARE and not any(row is not None and row.value != 0 for row in counts):
            continue
        cells = [n.share(c, get("pct", grp=g, term=category)) for c, g in zip(counts, columns, strict=True)]
        rows.append(Row((words(ctx.names.code(category)), *cells, *tail)))
    for rate in ("ORR", "DCR"):
        p = get("p", term=rate)
        shares = [get("pct", grp=group, term=rate) for group in columns]
        seen += [p, *shares]
        if p is not None and p.value is not None:
            methods.setdefault(p.method, p)
        cells = [n.share(get("n", grp=g, term=rate), share) for g, share in zip(columns, shares, strict=True)]
        rows.append(Row((words(ctx.words(f"line.{rate}")), *cells, *((n.p(p),) if compares else ())), "total"))
        rows.append(Row((words(ctx.words("line.ci")), *[n.interval(share) for share in shares], *tail), "level"))
    head = ctx.head("response", ctx.words("head.best_response"), population=population, endpoint=parameter)
    head = head if len(columns) > 1 else [head[0], head[-1]]
    notes = [ctx.words.text("note.response")]
    if methods:
        notes.append(ctx.words.text("note.p", method=", ".join(ctx.words(f"method.{m}") for m in methods)))
    title = ctx.words(f"table.response_{parameter}")
    return Table(
        name or f"table-response-{parameter.lower()}",
        title,
        (*head, *((words("p"),) if compares else ())),
        tuple(rows),
        (*notes, *ctx.sentences(*seen)),
    )


def agreement(ctx: ReportContext) -> list[Part]:
    """Readers among each other, and what was recorded against what was derived."""
    parts: list[Part] = []
    pairs = ctx.found.terms("reader_agreement", "n", endpoint="BOR")
    if pairs:
        get = lambda statistic, term: ctx.found.get("reader_agreement", statistic, endpoint="BOR", term=term)  # noqa: E731
        rows = []
        for pair in pairs:
            kappa = ctx.numbers.with_interval(get("kappa", pair), 2)
            label = " – ".join(ctx.names.code(reader) for reader in pair.split(":"))
            rows.append(
                Row(
                    (
                        words(label),
                        ctx.numbers.count(get("n", pair)),
                        ctx.numbers.plain(get("agreement_pct", pair), 1),
                        kappa,
                    )
                )
            )
        head = tuple(words(ctx.words(f"head.{name}")) for name in ("readers", "both_read", "agree_pct", "kappa"))
        seen = [get("kappa", pair) for pair in pairs]
        notes = (ctx.words.text("note.readers"), *ctx.sentences(*seen))
        parts.append(Table("table-readers", ctx.words("table.readers"), head, tuple(rows), notes))
    recorded = _recorded(ctx)
    return [*parts, *([recorded] if recorded else [])]


def _recorded(ctx: ReportContext) -> Table | None:
    """Recorded against derived responses by hospital, reader and criterion; None where no exam has both."""
    sites = [f"site:{site}" for site in ctx.found.populations("response_agreement")]
    populations = [*sites, "pooled"]
    terms = ctx.found.terms("response_agreement", "n_both")
    both = [ctx.found.get("response_agreement", "n_both", population="pooled", term=term) for term in terms]
    if not any(row is not None and row.value for row in both):
        return None
    rows = []
    for population in populations:
        below = 0 if population == "pooled" else ctx.mask
        for term in ctx.found.terms("response_agreement", "n_both", population=population):
            reader, _, criterion = term.partition(":")
            key = {"population": population, "term": term}
            get = lambda name, k=key: ctx.found.get("response_agreement", name, **k)  # noqa: E731
            mismatch = ctx.numbers.share(get("n_mismatch"), get("mismatch_pct"), below)
            cells = [ctx.numbers.count(get("n_both"), below), mismatch]
            cells += [ctx.numbers.count(get(name), below) for name in ("n_pd_mismatch", "n_recorded_only")]
            label = words(f"{ctx.place(population)}, {ctx.names.code(reader)}, {ctx.words(f'criterion.{criterion}')}")
            rows.append(Row((label, *cells), "total" if population == "pooled" else ""))
    names = ("hospital_reader", "both_recorded", "different", "different_pd", "only_recorded")
    head = tuple(words(ctx.words(f"head.{name}")) for name in names)
    criteria = sorted({term.partition(":")[2] for term in terms})
    across = [f"note.across_{criterion}" for criterion in criteria if ctx.words.has(f"note.across_{criterion}")]
    notes = [ctx.words.text(key) for key in ("note.agreement", *across)]
    return Table("table-agreement", ctx.words("table.agreement"), head, tuple(rows), (*notes, *masked_note(ctx)))


def masked_note(ctx: ReportContext) -> list[Text]:
    """That small counts of a hospital are not shown."""
    return [ctx.words.text("note.masked", below=str(ctx.mask))] if ctx.mask else []
