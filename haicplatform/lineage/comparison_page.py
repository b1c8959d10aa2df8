"""The section on two definitions of one study: who changes, by hospital, and what that does to the results.

Belongs here: laying a Comparison out as tables of a report. Does not belong here: making it (comparison_page.py), any
single patient: what is written here may leave the platform.
"""

from __future__ import annotations

from pathlib import Path

from haicplatform.core.settings import Home
from haicplatform.lineage.comparison import Comparison
from haicplatform.report.document.labels import Names
from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Row, Table
from haicplatform.report.document.report_context import words
from haicplatform.report.formats.pages import environment, write_text


def write_comparison(found: Comparison, home: Home, folder: Path) -> Path:
    """Write comparison_<a>_<b>.html into the folder and return its path."""
    from haicplatform.sites.loading import is_any_synthetic, readable_sites

    site_ids = found.by_hospital["site_id"].unique().to_list()
    sites = readable_sites(site_ids, home)
    page = environment().get_template("comparison.html.j2").render(
        found=found,
        is_synthetic=is_any_synthetic(site_ids, home),
        persons=persons_table(found, {site_id: site.hospital.name_en for site_id, site in sites.items()}),
        results=results_table(found),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"comparison_{found.a}_{found.b}.html"
    write_text(path, page)
    return path


def persons_table(found: Comparison, site_names: dict[str, str]) -> Table:
    """A row a hospital, a column a kind of change; a hospital's count below the study's min_count is masked."""
    rows = found.persons_changed()
    kinds = [row["patients with another"] for row in rows]
    head = ["Hospital", *("Patients" if kind == "(patients)" else kind[:1].upper() + kind[1:] for kind in kinds)]
    rows_of_table = []
    for site in [name for name in rows[0] if name != "patients with another"]:
        is_total = site == "all"
        mask = 0 if is_total else found.study.release.min_count
        cells = [f"<{mask}" if 0 < row[site] < mask else str(row[site]) for row in rows]
        label = "All hospitals" if is_total else site_names.get(site, site)
        rows_of_table.append(Row(tuple(words(cell) for cell in (label, *cells)), "total" if is_total else ""))
    notes = [
        "A patient counts once in a column. Response, progression: on any course. Best response, stage and endpoints: "
        "patients whom both analyses include.",
        f"Counts of a hospital below {found.study.release.min_count} are not shown.",
    ]
    title = f"Patients whose result differs between {found.a} and {found.b}"
    return _table("table-changed", title, head, rows_of_table, notes)


def results_table(found: Comparison) -> Table:
    """Every result under both; the last column is the difference, of a hazard ratio the ratio."""
    names, rows = Names(found.study, Words("en")), []
    last = None
    for row in found.results():
        endpoint, *rest = row["of"].split(" ")
        if endpoint in found.study.endpoints or endpoint in ("BOR", "CBOR"):
            heading = {"BOR": "Best response", "CBOR": "Confirmed best response"} | names.endpoints
            title = heading[endpoint]
        else:
            title, rest = "Patients", [endpoint]
        if title != last:
            rows.append(Row((words(title),), "heading"))
            last = title
        group = names.group(rest[0]) if rest else ""
        label = f"{group}: {row['result']}" if group else row["result"]
        cells = (label, row[found.a], row[found.b], row["change"])
        rows.append(Row(tuple(words(str(cell)) for cell in cells), "level"))
    notes = ["Intervals are 95%. Change: difference; of a hazard ratio, the ratio."]
    return _table("table-results", "Results under both", ["Result", found.a, found.b, "Change"], rows, notes)


def _table(name: str, title: str, head: list[str], rows: list[Row], notes: list[str]) -> Table:
    return Table(name, title, tuple(map(words, head)), tuple(rows), tuple(map(words, notes)))
