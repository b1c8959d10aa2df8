"""Methods from the study file, where each STROBE item is met, and where the report comes from.

Belongs here: turning what the study file says into sentences. Does not belong here: results.
"""

from __future__ import annotations

from haicplatform.report.document.model import Document, Heading, Listing, Paragraph, Part, Row, Run, Table, Text, say
from haicplatform.report.document.report_context import Desk, words

STROBE_ITEMS = (
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12a", "12b", "12c", "12d", "12e", "13a", "13b", "13c",
    "14a", "14b", "14c", "15", "16a", "16b", "16c", "17", "18", "19", "20", "21", "22",
)  # fmt: skip
# item -> parts of the report that meet it; the others are for the authors to write
MET = {
    "1": ("summary",), "3": ("summary",), "4": ("methods",), "5": ("provenance", "methods"),
    "6": ("methods", "flow"), "7": ("methods",), "8": ("methods", "provenance"), "9": ("sensitivity", "propensity"),
    "10": ("flow",), "11": ("methods", "factors"), "12a": ("methods",), "12b": ("factors",),
    "12c": ("methods", "table-baseline"), "12d": ("methods",), "12e": ("sensitivity",),
    "13a": ("flow", "table-flow"), "13b": ("flow", "table-flow"), "13c": ("flow",), "14a": ("table-baseline",),
    "14b": ("table-baseline",), "14c": ("survival",), "15": ("table-survival", "response"),
    "16a": ("factors", "table-survival"), "16b": ("methods", "factors"), "16c": ("table-rmst", "table-survival"),
    "17": ("table-sensitivity", "forest_os_subgroups"),
}  # fmt: skip


def methods(it: Desk) -> list[Part]:
    """What was done, a paragraph a subject, from the study file."""
    subjects = [_population(it), _endpoints(it), _response(it), _statistics(it), _models(it), _more(it), _software(it)]
    parts: list[Part] = [Heading(1, "methods", it.words("heading.methods"))]
    return [*parts, *[Paragraph(text) for text in subjects if text]]


def _population(it: Desk) -> Text:
    study, say_ = it.study, it.words
    regimens = say_.series([it.names.code(regimen) for regimen in study.index.regimens], "or")
    index = say_(f"methods.index_{study.index.which}", regimens=regimens)
    groups = "; ".join(label for _, label in it.groups())
    reasons = "; ".join(it.names.exclusion(entry.reason) for entry in study.exclude)
    windows = {"labs": str(study.windows.labs_days), "baseline": str(study.windows.baseline_days)}
    text = say_.text("methods.population", index=index, groups=groups, reference=it.names.group(study.reference_group))
    text += say_.text("methods.exclusions", reasons=reasons) if reasons else ()
    return (*text, *say_.text("methods.windows", cutoff=study.cutoff.isoformat(), **windows), *_bclc(it))


def _bclc(it: Desk) -> Text:
    return it.words.text(f"methods.bclc_{it.study.bclc}")


def _endpoints(it: Desk) -> Text:
    pieces: list[str | Run | Text] = []
    source = lambda name: it.words(f"source.{name}")  # noqa: E731
    for name, endpoint in it.study.endpoints.items():
        given = {
            "endpoint": it.names.endpoints[name],
            "start": it.words(f"start.{endpoint.start}"),
            "events": it.words.series([source(event) for event in endpoint.events], "or"),
            "censor": it.words.series([source(entry) for entry in endpoint.censor], "or"),
        }
        pieces.append(it.words("methods.endpoint", **given))
        if endpoint.censor_before:
            what = it.words.series([source(entry) for entry in endpoint.censor_before], "or")
            pieces.append(it.words("methods.censor_before", what=what))
        if endpoint.missed_gap_days is not None:
            pieces.append(it.words("methods.missed_gap", days=str(endpoint.missed_gap_days)))
        if endpoint.among:
            pieces.append(it.words("methods.among", what=it.words(f"start.{endpoint.among}")))
    return say(*pieces, it.words("methods.months"))


def _response(it: Desk) -> Text:
    study, response = it.study, it.study.response
    given = {
        "definition": Run(study.definition, (), "code"),
        "source": it.words(f"response_source.{study.response_source}"),
        "reader": it.words(f"reader.{study.reader}"),
    }
    text = it.words.text("methods.response", **given)
    if response.confirm_days is not None and "confirmed" in response.best:
        text += it.words.text("methods.confirmed", days=str(response.confirm_days))
    if response.sd_min_days:
        text += it.words.text("methods.sd_min", days=str(response.sd_min_days))
    return text + it.words.text("methods.rates")


def _statistics(it: Desk) -> Text:
    text = it.words.text("methods.curves")
    if len(it.names.order) > 1:
        stratified = "logrank_stratified" in it.found.analyses
        text += it.words.text("methods.logrank_stratified" if stratified else "methods.logrank")
        text += it.words.text("methods.tests", alpha=f"{it.study.alpha:g}")
    return text


def _models(it: Desk) -> Text:
    if "cox_univariable" not in it.found.analyses or len(it.names.order) < 2:
        return ()
    text = it.words.text("methods.cox", screen=f"{it.study.screen_p:g}")
    return text + (it.words.text("methods.pooled") if "by_hospital" in it.found.analyses else ())


def _more(it: Desk) -> Text:
    """A sentence an analysis that the report has beyond those."""
    found: list[Text] = []
    analyses = it.found.analyses
    populations = set(it.found.frame["population"].unique())
    for analysis in (
        "cox_multivariable_firth",
        "cox_multiple_imputation",
        "rmst",
        "gray",
        "subgroup",
        "adverse_events",
        "dose",
    ):
        if analysis in analyses or (analysis == "cox_multivariable_firth" and "cox_univariable_firth" in analyses):
            found.append(it.words.text(f"methods.{analysis}"))
    for population in ("matched", "weighted"):
        if population in populations:
            found.append(it.words.text(f"methods.{population}"))
    return say(*[piece for place, text in enumerate(found) for piece in (" " if place else "", text)])


def _software(it: Desk) -> Text:
    versions = ", ".join(f"{name} {version}" for name, version in it.context.versions.items())
    return it.words.text("methods.software", versions=versions) if versions else ()


def facts(it: Desk) -> tuple[tuple[str, Text], ...]:
    """Where the report comes from, as (label, text) pairs."""
    study, context, say_ = it.study, it.context, it.words
    sites = it.found.populations("flow")
    found = [
        (say_("fact.study"), words(study.study_id, "code")),
        (say_("fact.hash"), words(study.study_hash, "code")),
        (say_("fact.snapshot"), words(context.snapshot_id, "code")),
        (say_("fact.cutoff"), words(study.cutoff.isoformat())),
        (say_("fact.hospitals"), words(", ".join(it.site(site) for site in sites))),
        (say_("fact.data"), words(say_("fact.synthetic" if context.is_synthetic else "fact.real"))),
        (say_("fact.locked"), _lock(it)),
    ]
    if context.is_release:
        found.append((say_("fact.release"), say_.text("fact.is_release", below=str(it.mask))))
    versions = ", ".join(f"{name} {version}" for name, version in context.versions.items())
    found.append((say_("fact.software"), words(versions)))
    return tuple((label, text) for label, text in found if text)


def _lock(it: Desk) -> Text:
    since = it.context.locked_on
    return it.words.text("fact.is_locked", day=since.isoformat()) if since else it.words.text("fact.not_locked")


def provenance(it: Desk) -> list[Part]:
    """The facts as a list, the last section of the report."""
    given = facts(it)
    listing = Listing(tuple(text for _, text in given), tuple(label for label, _ in given))
    return [Heading(1, "provenance", it.words("heading.provenance")), listing]


def strobe(it: Desk, document: Document) -> list[Part]:
    """The checklist for cohort studies with where each item is met in `document`.

    Source: von Elm et al., Lancet 2007;370:1453-1457.
    """
    label = {part.name: _numbered(it, part) for part in (*document.tables, *document.figures)}
    label |= {part.anchor: part.text for part in document.parts if isinstance(part, Heading)}
    rows = []
    for item in STROBE_ITEMS:
        places = [label[name] for name in MET.get(item, ()) if name in label]
        where = "; ".join(places) or it.words("strobe.authors")
        rows.append(Row((words(item), words(it.words(f"strobe.{item}")), words(where))))
    head = tuple(words(it.words(f"head.{name}")) for name in ("item", "recommendation", "where"))
    table = Table(
        "table-strobe", it.words("table.strobe"), head, tuple(rows), (it.words.text("note.strobe"),), kind="text"
    )
    return [Heading(1, "strobe", it.words("heading.strobe")), table]


def _numbered(it: Desk, part) -> str:
    kind = "table" if isinstance(part, Table) else "figure"
    return it.words(f"label.{kind}", number=part.number) if part.number else part.title
