"""Methods from the study file, where each STROBE item is met, and where the report comes from.

Belongs here: turning what the study file says into sentences. Does not belong here: results.
"""

from __future__ import annotations

from haicplatform.estimation.registry import registry
from haicplatform.report.document.model import (
    Document,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Part,
    Row,
    Run,
    Table,
    Text,
    concat,
)
from haicplatform.report.document.report_context import ReportContext, words

STROBE_ITEMS = (
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12a", "12b", "12c", "12d", "12e", "13a", "13b", "13c",
    "14a", "14b", "14c", "15", "16a", "16b", "16c", "17", "18", "19", "20", "21", "22",
)  # fmt: skip
# item -> text of the report that meets it; analyses meet others (estimation/registry.yaml), the rest is for the authors
MET_BY_TEXT = {
    "1": ("summary",), "3": ("summary",), "4": ("methods",), "5": ("provenance", "methods"), "6": ("methods",),
    "7": ("methods",), "8": ("methods", "provenance"), "11": ("methods",), "12a": ("methods",), "12c": ("methods",),
    "12d": ("methods",), "16b": ("methods",),
}  # fmt: skip
# sentences that stand in a paragraph of their own kind, with what the study file says
IN_PARAGRAPHS = ("population", "rates", "curves", "logrank", "logrank_stratified", "tests", "cox", "pooled")


def methods(ctx: ReportContext) -> list[Part]:
    """What was done, a paragraph a subject, from the study file."""
    subjects = [
        _population(ctx),
        _endpoints(ctx),
        _response(ctx),
        _statistics(ctx),
        _models(ctx),
        _more(ctx),
        _software(ctx),
    ]
    parts: list[Part] = [Heading(1, "methods", ctx.words("heading.methods"))]
    return [*parts, *[Paragraph(text) for text in subjects if text]]


def _population(ctx: ReportContext) -> Text:
    study, say_ = ctx.study, ctx.words
    regimens = say_.series([ctx.names.code(regimen) for regimen in study.index.regimens], "or")
    index = say_(f"methods.index_{study.index.which}", regimens=regimens)
    groups = "; ".join(label for _, label in ctx.groups())
    reasons = "; ".join(ctx.names.exclusion(entry.reason) for entry in study.exclude)
    windows = {"labs": str(study.windows.labs_days), "baseline": str(study.windows.baseline_days)}
    text = say_.text("methods.population", index=index, groups=groups, reference=ctx.names.group(study.reference_group))
    text += say_.text("methods.exclusions", reasons=reasons) if reasons else ()
    return (*text, *say_.text("methods.windows", cutoff=study.cutoff.isoformat(), **windows), *_bclc(ctx))


def _bclc(ctx: ReportContext) -> Text:
    return ctx.words.text(f"methods.bclc_{ctx.study.bclc}")


def _endpoints(ctx: ReportContext) -> Text:
    pieces: list[str | Run | Text] = []
    source = lambda name: ctx.words(f"source.{name}")  # noqa: E731
    for name, endpoint in ctx.study.endpoints.items():
        given = {
            "endpoint": ctx.names.endpoints[name],
            "start": ctx.words(f"start.{endpoint.start}"),
            "events": ctx.words.series([source(event) for event in endpoint.events], "or"),
            "censor": ctx.words.series([source(entry) for entry in endpoint.censor], "or"),
        }
        pieces.append(ctx.words("methods.endpoint", **given))
        if endpoint.censor_before:
            what = ctx.words.series([source(entry) for entry in endpoint.censor_before], "or")
            pieces.append(ctx.words("methods.censor_before", what=what))
        if endpoint.missed_gap_days is not None:
            pieces.append(ctx.words("methods.missed_gap", days=str(endpoint.missed_gap_days)))
        if endpoint.among:
            pieces.append(ctx.words("methods.among", what=ctx.words(f"start.{endpoint.among}")))
    return concat(*pieces, ctx.words("methods.months"))


def _response(ctx: ReportContext) -> Text:
    study, response = ctx.study, ctx.study.response
    given: dict[str, str | Run] = {
        "definition": Run(study.definition, (), "code"),
        "source": ctx.words(f"response_source.{study.response_source}"),
        "reader": ctx.words(f"reader.{study.reader}"),
    }
    text = ctx.words.text("methods.response", **given)
    if response.confirm_days is not None and "confirmed" in response.best:
        text += ctx.words.text("methods.confirmed", days=str(response.confirm_days))
    if response.sd_min_days:
        text += ctx.words.text("methods.sd_min", days=str(response.sd_min_days))
    return text + ctx.words.text("methods.rates")


def _statistics(ctx: ReportContext) -> Text:
    text = ctx.words.text("methods.curves")
    if len(ctx.names.order) > 1:
        stratified = "logrank_stratified" in ctx.found.analyses
        text += ctx.words.text("methods.logrank_stratified" if stratified else "methods.logrank")
        text += ctx.words.text("methods.tests", alpha=f"{ctx.study.alpha:g}")
    return text


def _models(ctx: ReportContext) -> Text:
    if "cox_univariable" not in ctx.found.analyses or len(ctx.names.order) < 2:
        return ()
    text = ctx.words.text("methods.cox", screen=f"{ctx.study.screen_p:g}")
    return text + (ctx.words.text("methods.pooled") if "by_hospital" in ctx.found.analyses else ())


def _more(ctx: ReportContext) -> Text:
    """The sentence of each analysis that the report has beyond those, by the registry of estimates."""
    known, populations = registry().analyses, set(ctx.found.frame["population"].unique())
    sentences = [analysis.methods for name, analysis in known.items() if name in ctx.found.analyses]
    keys = [key for key in dict.fromkeys(sentences) if key and key not in IN_PARAGRAPHS]
    keys += [population for population in ("matched", "weighted") if population in populations]
    texts = [ctx.words.text(f"methods.{key}") for key in keys]
    return concat(*[piece for place, text in enumerate(texts) for piece in (" " if place else "", text)])


def _software(ctx: ReportContext) -> Text:
    versions = ", ".join(f"{name} {version}" for name, version in ctx.context.versions.items())
    return ctx.words.text("methods.software", versions=versions) if versions else ()


def facts(ctx: ReportContext) -> tuple[tuple[str, Text], ...]:
    """Where the report comes from, as (label, text) pairs."""
    study, context, say_ = ctx.study, ctx.context, ctx.words
    sites = ctx.found.populations("flow")
    found = [
        (say_("fact.study"), words(study.study_id, "code")),
        (say_("fact.hash"), words(study.study_hash, "code")),
        (say_("fact.snapshot"), words(context.snapshot_id, "code")),
        (say_("fact.cutoff"), words(study.cutoff.isoformat())),
        (say_("fact.hospitals"), words(", ".join(ctx.site(site) for site in sites))),
        (say_("fact.data"), words(say_("fact.synthetic" if context.is_synthetic else "fact.real"))),
        (say_("fact.locked"), _lock(ctx)),
    ]
    if context.is_release:
        found.append((say_("fact.release"), say_.text("fact.is_release", below=str(ctx.mask))))
    versions = ", ".join(f"{name} {version}" for name, version in context.versions.items())
    found.append((say_("fact.software"), words(versions)))
    return tuple((label, text) for label, text in found if text)


def _lock(ctx: ReportContext) -> Text:
    since = ctx.context.locked_on
    return ctx.words.text("fact.is_locked", day=since.isoformat()) if since else ctx.words.text("fact.not_locked")


def provenance(ctx: ReportContext) -> list[Part]:
    """The facts as a list, the last section of the report."""
    given = facts(ctx)
    listing = Listing(tuple(text for _, text in given), tuple(label for label, _ in given))
    return [Heading(1, "provenance", ctx.words("heading.provenance")), listing]


def strobe(ctx: ReportContext, document: Document) -> list[Part]:
    """The checklist for cohort studies with where each item is met in `document`.

    Source: von Elm et al., Lancet 2007;370:1453-1457.
    """
    parts: list[Table | Figure] = [*document.tables, *document.figures]
    label = {part.name: _numbered(ctx, part) for part in parts}
    label |= {part.anchor: part.text for part in document.parts if isinstance(part, Heading)}
    rows = []
    for item in STROBE_ITEMS:
        places = [label[name] for name in _meeting(item) if name in label]
        where = "; ".join(places) or ctx.words("strobe.authors")
        rows.append(Row((words(item), words(ctx.words(f"strobe.{item}")), words(where))))
    head = tuple(words(ctx.words(f"head.{name}")) for name in ("item", "recommendation", "where"))
    table = Table(
        "table-strobe", ctx.words("table.strobe"), head, tuple(rows), (ctx.words.text("note.strobe"),), kind="text"
    )
    return [Heading(1, "strobe", ctx.words("heading.strobe")), table]


def _meeting(item: str) -> list[str]:
    """The parts of a report that meet a STROBE item."""
    analyses = registry().analyses.values()
    return [
        *MET_BY_TEXT.get(item, ()),
        *(part for analysis in analyses for part, items in analysis.strobe.items() if item in items),
    ]


def _numbered(ctx: ReportContext, part: Table | Figure) -> str:
    kind = "table" if isinstance(part, Table) else "figure"
    return ctx.words(f"label.{kind}", number=part.number) if part.number else part.title
