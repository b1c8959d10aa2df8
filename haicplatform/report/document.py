"""The report of one study on one snapshot: a page and its figures.

Belongs here: which parts a report has, and writing the files. Does not belong here: what stands in a table
(tables.py, site_tables.py), drawing (figures.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from haicplatform.files import replace_whole
from haicplatform.report import numbers, site_tables, tables
from haicplatform.report.context import Context
from haicplatform.report.drawing import inline
from haicplatform.report.figures import curves_of, kaplan_meier_figure, small_multiples
from haicplatform.report.forest import Line, forest
from haicplatform.report.labels import RESPONSE_SOURCES, Names
from haicplatform.report.lookup import Estimates
from haicplatform.studies.study import Study

FIRST_ENDPOINTS = 2


@dataclass(frozen=True)
class Drawing:
    """One figure: its file name, title, what is seen, and the SVG."""

    name: str
    title: str
    caption: str
    svg: str

    @property
    def element(self) -> Markup:
        return Markup(inline(self.svg))


def render(study: Study, estimates: pl.DataFrame, context: Context, out_dir: Path) -> Path:
    """Write report.html and figures/*.svg into `out_dir` and return the page's path.

    `estimates`: rows of analysis.estimate of this study and snapshot, sensitivity analyses included.
    """
    found, names = Estimates(estimates), Names(study)
    endpoints = [e for e in study.endpoints if found.get("km", "n", endpoint=e, grp="all") is not None]
    mask = study.release.min_count
    drawings = _drawings(study, found, names, context, endpoints)
    page = environment().get_template("report.html.j2").render(
        study=study,
        names=names,
        context=context,
        number=numbers,
        found=found,
        endpoints=endpoints,
        flow_reasons=_reasons(found, names),
        flow_table=site_tables.flow_table(found, names, context, mask),
        flow_sites=site_tables.flow_sites(found),
        hospitals=[context.site(site) for site in site_tables.flow_sites(found)],
        compared=[names.group(group) for group in reversed(names.order)],
        table_1=tables.baseline_table(found, names, study.baseline_table),
        responses=_responses(study, found, names),
        survival=tables.survival_table(found, names, endpoints, study.rates_at_months),
        figures=drawings,
        hospital_tables=_hospital_tables(found, names, context, endpoints, mask),
        cox_tables=_cox_tables(found, names, endpoints),
        sensitivity=site_tables.sensitivity_table(found, names, _variants(study), endpoints[:FIRST_ENDPOINTS]),
        quality=site_tables.quality_table(found, context),
        agreement=site_tables.agreement_table(found, context, mask),
        response_source=RESPONSE_SOURCES[study.response_source],
    )  # fmt: skip
    folder = out_dir / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    for drawing in drawings.values():
        write_text(folder / f"{drawing.name}.svg", drawing.svg)
    path = out_dir / "report.html"
    write_text(path, page)
    return path


def environment() -> Environment:
    """The templates of every page of a report."""
    return Environment(
        loader=PackageLoader("haicplatform.report", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _drawings(
    study: Study, found: Estimates, names: Names, context: Context, endpoints: list[str]
) -> dict[str, Drawing]:
    groups = [(group, names.group(group)) for group in names.order]
    drawings = {}
    for endpoint in endpoints:
        curves = curves_of(found, endpoint, "pooled", groups)
        if not curves:
            continue
        p = found.get("logrank", "p", endpoint=endpoint)
        name, label = f"km_{endpoint.lower()}", names.endpoints[endpoint]
        caption = "Kaplan-Meier estimate; shaded, its 95% interval; ticks, censored patients; dotted, the median."
        drawings[name] = _draw(name, label, caption, kaplan_meier_figure(curves, label, p, f"{study.study_id}:{name}"))
    for endpoint in endpoints[:FIRST_ENDPOINTS]:
        panels = []
        for site in found.populations():
            curves = curves_of(found, endpoint, f"site:{site}", groups)
            if curves:
                p = found.get("logrank", "p", endpoint=endpoint, population=f"site:{site}")
                panels.append((context.site(site), curves, p))
        name, label = f"km_{endpoint.lower()}_by_hospital", f"{names.endpoints[endpoint]} by hospital"
        if panels:
            caption = "Groups with enough patients only; p, log-rank test within the hospital."
            svg = small_multiples(panels, f"{study.study_id}:{name}")
            drawings[name] = _draw(name, f"{label}, %", caption, svg)
    for endpoint in endpoints:
        for name, title, caption, lines in _forests(found, names, context, endpoint, study.release.min_count):
            label = names.endpoints[endpoint]
            svg = forest(lines, f"← better {endpoint}", f"worse {endpoint} →", f"{study.study_id}:{name}")
            drawings[name] = _draw(name, f"{label}: {title}", caption, svg)
    return drawings


def _forests(found: Estimates, names: Names, context: Context, endpoint: str, mask: int):
    get = lambda analysis, statistic, **key: found.get(analysis, statistic, endpoint=endpoint, **key)  # noqa: E731
    lines = []
    for term in found.terms("cox_multivariable", "hr", endpoint=endpoint):
        variable, _, level = term.partition("=")
        row = get("cox_multivariable", "hr", term=term)
        reference = next(
            (
                names.level(t)
                for t in found.terms("cox_multivariable", "reference", endpoint=endpoint)
                if t.partition("=")[0] == variable
            ),
            "",
        )
        label = f"{names.variable(variable)}: {names.level(term)} v {reference}" if level else names.variable(variable)
        lines.append(Line(label, row, get("cox_multivariable", "p", term=term)))
    if any(line.estimate is not None and line.estimate.value for line in lines):
        yield (
            f"forest_{endpoint.lower()}",
            "multivariable model",
            "Hazard ratios of the screened multivariable model.",
            lines,
        )
    term = f"group={names.order[-1]}"
    sites = found.groups("by_hospital", "hr", endpoint=endpoint)
    if not sites:
        return
    lines = []
    for site in sites:
        key = {"grp": site, "term": term}
        n, events = get("by_hospital", "n", **key), get("by_hospital", "events", **key)
        detail = site_tables.events_of(events, n, mask).striptags()
        lines.append(Line(context.site(site), get("by_hospital", "hr", **key), detail=detail))
    pooled = get("pooled", "hr", term=term)
    if pooled is not None:
        lines.append(Line("Two-stage pooled (REML)", pooled, get("pooled", "p", term=term), is_summary=True))
    stratified = get("cox_univariable_stratified", "hr", term=term)
    if stratified is not None:
        p = get("cox_univariable_stratified", "p", term=term)
        lines.append(Line("One model, stratified by hospital", stratified, p, is_summary=True))
    against = f"{names.group(names.order[-1])} against {names.group(names.order[0])}"
    caption = f"Unadjusted hazard ratio, {against}; events / patients."
    i2, tau2 = get("pooled", "i2", term=term), get("pooled", "tau2", term=term)
    if i2 is not None and i2.value is not None:
        caption += f" Between hospitals: I² {i2.value:.0f}%, τ² {tau2.value:.3f}."
    yield f"forest_{endpoint.lower()}_by_hospital", "by hospital", caption, lines


def _draw(name: str, title: str, caption: str, svg: str) -> Drawing:
    return Drawing(name, title, caption, svg)


def _responses(study: Study, found: Estimates, names: Names) -> list[tables.Table]:
    titles = {
        "BOR": ("table-2", "Best overall response, unconfirmed"),
        "CBOR": ("table-2-confirmed", "Best overall response, confirmed"),
    }
    return [
        tables.response_table(found, names, parameter, title, name)
        for parameter, (name, title) in titles.items()
        if found.get("response", "n", endpoint=parameter, grp="all", term="patients") is not None
    ]


def _hospital_tables(found: Estimates, names: Names, context: Context, endpoints: list[str], mask: int):
    if not found.populations():
        return []
    return [
        site_tables.hospital_table(found, names, context, endpoint, mask, f"table-hospital-{endpoint.lower()}")
        for endpoint in endpoints[:FIRST_ENDPOINTS]
    ]


def _cox_tables(found: Estimates, names: Names, endpoints: list[str]) -> list[tables.Table]:
    made = []
    for endpoint in endpoints[:FIRST_ENDPOINTS]:
        if found.terms("cox_multivariable", "included", endpoint=endpoint):
            title = f"Factors associated with {_lower(names.endpoints[endpoint])}"
            made.append(tables.cox_table(found, names, endpoint, f"table-cox-{endpoint.lower()}", title))
    return made


def _variants(study: Study) -> dict[str, str]:
    return {entry.name: entry.label or entry.name for entry in study.sensitivity}


def _reasons(found: Estimates, names: Names) -> list[tuple[str, numbers.Estimate]]:
    terms = [term for term in found.terms("flow", "n") if term.startswith("excluded=")]
    rows = [(names.exclusion(term.partition("=")[2]), found.get("flow", "n", term=term)) for term in terms]
    return [(label, row) for label, row in rows if row is not None and row.value]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def write_text(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    building = path.with_name(f".{path.name}.tmp")
    building.write_text(text, encoding="utf-8")
    replace_whole(building, path)
