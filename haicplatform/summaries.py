"""What happened, in a few lines for a person: the same words for the command line and for Prefect's artifacts.

Belongs here: counts, sentences and tables about deliveries, findings, snapshots, studies. Does not belong here:
deciding anything. A flow's artifact holds no value and no patient's identity: whoever sees the scheduler need
not be allowed to see the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from haicplatform import warehouse
from haicplatform.errors import UsageError
from haicplatform.ledger.store import Ledger
from haicplatform.settings import Home

if TYPE_CHECKING:
    from haicplatform.analysis import StudyResult
    from haicplatform.harmonisation import HarmoniseResult
    from haicplatform.ingestion import IngestResult

ARTIFACT_ROWS = 500
_PLACE = {
    "severity": "severity",
    "rule_id": "rule",
    "table_name": "table",
    "source_file": "file",
    "source_sheet": "sheet",
    "source_row": "row",
    "source_column": "column",
}


def status_of(result: IngestResult) -> str:
    """One word for a run: refused before accepted before unchanged."""
    found = {delivery.status for delivery in result.deliveries}
    if result.is_refused:
        return "refused" if "accepted" not in found else "partly refused"
    return "accepted" if "accepted" in found else "unchanged"


def as_row(result: IngestResult) -> dict:
    """A run as one row: status, files, refused files, rows in force by this run's deliveries, findings."""
    news = [delivery for delivery in result.deliveries if delivery.status != "unchanged"]

    def total(name: str) -> int:
        return sum(delivery.findings_by_severity.get(name, 0) for delivery in news)

    return {
        "site": result.site_id,
        "status": status_of(result),
        "deliveries": len(result.deliveries),
        "files": sum(delivery.files for delivery in news),
        "refused_files": sum(len(delivery.refused_files) for delivery in news),
        "rows": sum(sum(delivery.rows_by_table.values()) for delivery in news),
        "errors": total("error"),
        "warnings": total("warning"),
        "infos": total("info"),
    }


def one_line(result: IngestResult) -> str:
    row = as_row(result)
    if row["status"] == "unchanged":
        return f"{row['site']}  nothing new"
    text = (
        f"{row['site']}  {row['status']}: {row['files']} files, {row['rows']:,} rows in force, "
        f"{row['errors']} errors, {row['warnings']} warnings"
    )
    if row["refused_files"]:
        text += f", {row['refused_files']} files refused"
    reasons = [reason for delivery in result.deliveries for reason in delivery.gate_reasons]
    return text + "".join(f"\n     {reason}" for reason in reasons)


def delivery_markdown(result: IngestResult) -> str:
    """The delivery summary of a run, for a flow's artifact."""
    lines = [f"# {result.site_id}: {status_of(result)}"]
    for delivery in result.deliveries:
        lines += ["", f"## Delivery {delivery.delivery_id or '(not landed)'}: {delivery.status}"]
        lines += [f"- {reason}" for reason in delivery.gate_reasons]
        lines += [f"- refused: {sentence}" for _, _, sentence in delivery.refused_files]
        if delivery.rows_by_table:
            lines += ["", "| table | rows in force |", "|---|---|"]
            lines += [f"| {table} | {rows:,} |" for table, rows in delivery.rows_by_table.items()]
        if delivery.findings_by_severity:
            lines += ["", "| severity | findings |", "|---|---|"]
            lines += [f"| {severity} | {count:,} |" for severity, count in delivery.findings_by_severity.items()]
    return "\n".join(lines)


def findings_table(home: Home, result: IngestResult) -> list[dict]:
    """The findings of a hospital's state in force, errors first, as places in its own files."""
    from haicplatform.states import folder_of

    with Ledger(home) as ledger:
        state = ledger.current_state(result.site_id)
    if state is None:
        return [{"severity": "-", "rule": "nothing in force"}]
    path = folder_of(home, result.site_id, state.state_hash) / "findings.parquet"
    found = _worst_first(pl.read_parquet(path)).select(list(_PLACE)).rename(_PLACE)
    rows = found.head(ARTIFACT_ROWS).to_dicts()
    if found.height > ARTIFACT_ROWS:
        rows.append({"severity": "", "rule": f"and {found.height - ARTIFACT_ROWS} more: haic findings"})
    return rows or [{"severity": "-", "rule": "no findings"}]


def snapshot_markdown(home: Home, result: HarmoniseResult) -> str:
    """What counts now, for a flow's artifact."""
    rows = list_hospitals(home)
    lines = [f"# Snapshot {result.snapshot_id}", "", f"{result.relations} relations in {result.seconds:.1f} s", ""]
    lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
    lines += ["| " + " | ".join("" if v is None else str(v) for v in row.values()) + " |" for row in rows]
    return "\n".join(lines)


def study_markdown(result: StudyResult) -> str:
    lines = [f"# {result.study_id}", "", f"Snapshot {result.snapshot_id}, report {result.report_path}", ""]
    return "\n".join(lines + [f"- {name}: {count}" for name, count in result.counts.items()])


def list_findings(home: Home, site: str | None, severity: str | None, limit: int) -> tuple[list[dict], int]:
    """Findings of the published snapshot, errors first; (rows, how many there are in all)."""
    severities = ("error", "warning", "info")
    if severity not in (None, *severities):
        raise UsageError(f"No severity is called {severity}", expected=", ".join(severities))
    with warehouse.read(home) as con:
        found = con.execute(
            """SELECT site_id, severity, rule_id, source_file, source_sheet, source_row, source_column, message_en,
                      message_ko
               FROM quality.finding WHERE ($1 IS NULL OR site_id = $1) AND ($2 IS NULL OR severity = $2)
               ORDER BY ALL""",
            [site, severity],
        ).pl()
    rows = _worst_first(found).rename({"site_id": "site", "rule_id": "rule"})
    rows = rows.rename({f"source_{name}": name for name in ("file", "sheet", "row", "column")})
    return rows.head(limit).to_dicts(), found.height


def list_hospitals(home: Home) -> list[dict]:
    """Every hospital: its schedule, its last delivery, what became of it, what counts."""
    from haicplatform.sites.site import list_sites, load_site

    counts = _counts(home)
    rows = []
    deliveries, decided = {}, {}
    if home.root.is_dir():
        with Ledger(home) as ledger:
            for delivery in ledger.deliveries():
                deliveries.setdefault(delivery.site_id, []).append(delivery)
                for row in ledger.derivations(delivery.site_id):
                    decided[row.delivery_id] = row.status
    for site_id in list_sites(home):
        site = load_site(site_id, home)
        own = sorted(deliveries.get(site_id, []), key=lambda d: (d.extracted_at, d.delivery_id))
        last = own[-1] if own else None
        rows.append(
            {
                "site": site_id,
                "hospital": f"{site.hospital.name_ko} {site.hospital.name_en}",
                "schedule": site.schedule,
                "deliveries": len(own),
                "last extract": last.extracted_at.date().isoformat() if last else None,
                "last delivery": decided.get(last.delivery_id) if last else None,
                **counts.get(site_id, {"patients": None, "errors": None, "warnings": None}),
            }
        )
    return rows


def list_snapshots(home: Home) -> list[dict]:
    """Every snapshot, the newest first, with the deliveries that counted."""
    with Ledger(home) as ledger:
        return [
            {
                "snapshot": snapshot.snapshot_id,
                "created (UTC)": snapshot.created_at.isoformat(timespec="seconds"),
                "deliveries": ", ".join(f"{member.site_id}:{member.delivery_id}" for member in members),
            }
            for snapshot, members in ledger.snapshots()
        ]


def _counts(home: Home) -> dict[str, dict]:
    if not home.published.is_dir() or not any(home.published.iterdir()):
        return {}
    with warehouse.read(home) as con:
        rows = con.execute(
            """SELECT coalesce(p.site_id, f.site_id), coalesce(p.n, 0), coalesce(f.errors, 0), coalesce(f.warnings, 0)
               FROM (SELECT site_id, count(*) AS n FROM validated.patient GROUP BY ALL) AS p
               FULL JOIN (SELECT site_id, count(*) FILTER (severity = 'error') AS errors,
                                 count(*) FILTER (severity = 'warning') AS warnings
                          FROM quality.finding GROUP BY ALL) AS f USING (site_id)"""
        ).fetchall()
    return {site: {"patients": n, "errors": errors, "warnings": warnings} for site, n, errors, warnings in rows}


def _worst_first(found: pl.DataFrame) -> pl.DataFrame:
    order = pl.col("severity").replace_strict({"error": 0, "warning": 1, "info": 2}, default=3)
    return found.sort(order, "rule_id", "source_file", "source_row", maintain_order=True)
