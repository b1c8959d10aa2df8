"""Tables that stand by hospital: the flow of patients, outcomes, deliveries and findings; sensitivity analyses.

Belongs here: rows a hospital or a variant, with small counts masked. Does not belong here: pooled tables (tables.py).
"""

from __future__ import annotations

from markupsafe import Markup

from haicplatform.report import numbers
from haicplatform.report.context import Context
from haicplatform.report.labels import Names
from haicplatform.report.lookup import Estimates
from haicplatform.report.numbers import NOTHING
from haicplatform.report.tables import Row, Table

SEVERITIES = ("error", "warning", "info")


def flow_sites(estimates: Estimates) -> list[str]:
    """Hospitals with a flow of their own."""
    found = estimates.frame.filter(
        (estimates.frame["analysis"] == "flow") & estimates.frame["population"].str.starts_with("site:")
    )
    return [name.removeprefix("site:") for name in found["population"].unique().sort()]


def flow_table(estimates: Estimates, names: Names, context: Context, mask: int) -> Table:
    """A line a hospital: assessed, left out by reason, analysed by group."""
    reasons = [t for t in estimates.terms("flow", "n") if t.startswith("excluded=")]
    reasons = [t for t in reasons if (row := estimates.get("flow", "n", term=t)) is not None and row.value]
    head = ["Hospital", "Assessed", *[names.exclusion(t.partition("=")[2]) for t in reasons], "Analysed"]
    head += [names.group(group) for group in names.order]
    table = Table("table-flow", "Patients by hospital of the index treatment", head)
    table.groups = [("", 2), ("Left out", len(reasons)), ("", 1), ("Treatment group", len(names.order))]
    table.groups = [group for group in table.groups if group[1]]
    lines = [*[(f"site:{site}", context.site(site)) for site in flow_sites(estimates)], ("pooled", "All hospitals")]
    for population, label in lines:
        get = lambda term, grp="", p=population: estimates.get("flow", "n", population=p, term=term, grp=grp)  # noqa: E731
        rows = [get("assessed"), *[get(t) for t in reasons], get("included", "all")]
        rows += [get("included", group) for group in names.order]
        below = 0 if population == "pooled" else mask
        cells = [numbers.count(row, below) for row in rows]
        table.rows.append(Row([label, *cells], "total" if population == "pooled" else ""))
    table.notes = [f"Counts of a hospital below {mask} are not shown." if mask else ""]
    return table


def hospital_table(estimates: Estimates, names: Names, context: Context, endpoint: str, mask: int, name: str) -> Table:
    """n, events and median by group, log-rank p and hazard ratio of each hospital; all of them pooled."""
    head = ["Hospital"]
    for _ in names.order:
        head += ["Events / patients", "Median (95% CI)"]
    table = Table(name, f"{names.endpoints[endpoint]} by hospital, months", [*head, "Log-rank p", "HR (95% CI)"])
    table.groups = [("", 1), *[(names.group(group), 2) for group in names.order], ("", 2)]
    lines = [*[(f"site:{site}", context.site(site)) for site in estimates.populations()], ("pooled", "All hospitals")]
    for population, label in lines:
        key = {"population": population, "endpoint": endpoint}
        below = 0 if population == "pooled" else mask
        cells: list[str | Markup] = []
        for group in names.order:
            n, events = (estimates.get("km", s, grp=group, **key) for s in ("n", "events"))
            cells += [
                events_of(events, n, below),
                numbers.median_months(estimates.get("km", "median", grp=group, **key)),
            ]
        term = f"group={names.order[-1]}"
        hr = estimates.get("cox_univariable", "hr", term=term, **key) or estimates.get(
            "cox_univariable", "hr", term="group", **key
        )
        p = estimates.get("logrank", "p", **key)
        shown = numbers.p_value(p) if p is not None and p.value is not None else Markup(NOTHING)
        table.rows.append(
            Row([label, *cells, shown, numbers.hazard_ratio(hr)], "total" if population == "pooled" else "")
        )
    table.notes = [f"HR: {names.group(names.order[-1])} against {names.group(names.order[0])}, unadjusted."]
    table.notes += [f"Counts of a hospital below {mask} are not shown."] if mask else []
    return table


def quality_table(estimates: Estimates, context: Context) -> Table | None:
    """Deliveries and findings by hospital; None without quality estimates."""
    frame = estimates.frame.filter(estimates.frame["analysis"] == "quality")
    if not frame.height:
        return None
    sites = [p.removeprefix("site:") for p in frame["population"].unique().sort() if p.startswith("site:")]
    statuses = frame.filter(frame["statistic"] == "deliveries")["term"].unique().sort().to_list()
    head = ["Hospital", *[status.capitalize() for status in statuses], "Errors", "Warnings", "Notes"]
    table = Table("table-quality", "Deliveries and findings by hospital", head)
    table.groups = [("", 1), ("Deliveries", len(statuses)), ("Findings", 3)] if statuses else [("", 1), ("Findings", 3)]
    for population, label in [*[(f"site:{s}", context.site(s)) for s in sites], ("pooled", "All hospitals")]:
        wanted = [*[("deliveries", s) for s in statuses], *[("findings", s) for s in SEVERITIES]]
        rows = [estimates.get("quality", statistic, population=population, term=term) for statistic, term in wanted]
        cells = [numbers.count(row) if row is not None else Markup("0") for row in rows]
        table.rows.append(Row([label, *cells], "total" if population == "pooled" else ""))
    table.notes = [
        "Every finding with its file, row and column is in the review application and in quality.finding; an error "
        "keeps its row out of the analysis, or empties the cell where the contract allows."
    ]
    return table


def agreement_table(estimates: Estimates, context: Context, mask: int) -> Table | None:
    """Recorded against derived responses by hospital and reader; None where nothing was recorded."""
    frame = estimates.frame.filter(estimates.frame["analysis"] == "response_agreement")
    if not frame.filter((frame["statistic"] == "n_both") & (frame["value"] > 0)).height:
        return None
    head = ["Hospital and reader", "Both", "Different", "% different", "Different on progression", "Only recorded"]
    table = Table("table-agreement", "The hospitals’ recorded responses against the derived ones", head)
    sites = [p for p in frame["population"].unique().sort() if p.startswith("site:")]
    for population in [*sites, "pooled"]:
        label = "All hospitals" if population == "pooled" else context.site(population.removeprefix("site:"))
        below = 0 if population == "pooled" else mask
        for reader in frame.filter(frame["population"] == population)["term"].unique().sort():
            get = lambda name, p=population, r=reader: estimates.get("response_agreement", name, population=p, term=r)  # noqa: E731
            share, masked = get("mismatch_pct"), numbers.is_masked(get("n_mismatch"), below)
            cells = [numbers.count(get(name), below) for name in ("n_both", "n_mismatch")]
            cells.append(Markup(NOTHING) if masked or share.value is None else numbers.percent(share))
            cells += [numbers.count(get(name), below) for name in ("n_pd_mismatch", "n_recorded_only")]
            table.rows.append(Row([f"{label}, {reader}", *cells], "total" if population == "pooled" else ""))
    table.notes = [
        "Readings of an exam by mRECIST, each for the course it serves. Both are kept; the study says which counts. "
        "NON-CR/NON-PD that a hospital recorded as SD is no difference."
    ]
    return table


def sensitivity_table(
    estimates: Estimates, names: Names, labels_of: dict[str, str], endpoints: list[str]
) -> Table | None:
    """One line a variant: patients, ORR, and for each endpoint the log-rank p and adjusted hazard ratio."""
    variants = estimates.variants()
    if not variants:
        return None
    head = ["Analysis", "Patients", *[f"ORR %, {names.group(g)}" for g in names.order]]
    table = Table("table-sensitivity", "Sensitivity analyses", head)
    table.groups = [("", 2 + len(names.order))]
    for endpoint in endpoints:
        table.head += ["Events", "Log-rank p", "Adjusted HR (95% CI)"]
        table.groups.append((names.endpoints[endpoint], 3))
    term = f"group={names.order[-1]}"
    for variant in ("main", *variants):
        get = lambda analysis, statistic, v=variant, **key: estimates.get(analysis, statistic, variant=v, **key)  # noqa: E731
        cells = [numbers.count(get("flow", "n", grp="all", term="included"))]
        for group in names.order:
            rate = get("response", "pct", endpoint="BOR", grp=group, term="ORR")
            cells.append(numbers.tagged(numbers.fixed(rate.value, 1), rate) if rate is not None else Markup(NOTHING))
        for endpoint in endpoints:
            key = {"endpoint": endpoint}
            cells.append(numbers.count(get("km", "events", grp="all", **key)))
            cells.append(numbers.p_value(get("logrank", "p", **key)))
            hr = get("cox_multivariable", "hr", term=term, **key)
            cells.append(numbers.hazard_ratio(hr))
        label = "Main analysis" if variant == "main" else labels_of.get(variant, variant)
        table.rows.append(Row([label, *cells], "total" if variant == "main" else ""))
    table.notes = [
        f"Adjusted HR: {names.group(names.order[-1])} against {names.group(names.order[0])} in the screened "
        "multivariable model of that analysis."
    ]
    return table


def events_of(events: numbers.Estimate | None, n: numbers.Estimate | None, mask: int) -> Markup:
    """events / n, masked below `mask`."""
    if n is None or n.value is None:
        return Markup(NOTHING)
    if numbers.is_masked(n, mask):
        return numbers.count(n, mask)
    if events is None:
        return Markup("{} / {}").format(NOTHING, numbers.count(n))
    return Markup("{} / {}").format(numbers.count(events, mask), numbers.count(n))
