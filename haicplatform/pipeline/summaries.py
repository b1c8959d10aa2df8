"""What happened, in a few lines for a person: the same words for the command line and for Prefect's artifacts.

Belongs here: counts, sentences and tables about deliveries, findings, snapshots, studies. Does not belong here:
deciding anything. A flow's artifact holds no value and no patient's identity: whoever sees the scheduler need
not be allowed to see the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    from haicplatform.ledger.models import Delivery
    from haicplatform.pipeline.harmonise import HarmoniseResult
    from haicplatform.pipeline.ingest_hospital import DeliveryResult, IngestResult
    from haicplatform.pipeline.run_study import StudyResult

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

_SHOWN = {
    "site_id": "site",
    "severity": "severity",
    "rule_id": "rule",
    "table_name": "table",
    "source_file": "file",
    "source_sheet": "sheet",
    "source_row": "row",
    "source_column": "column",
    "delivery": "delivery",
    "message_en": "message_en",
    "message_ko": "message_ko",
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
    return text + "".join(f"\n    {line}" for delivery in result.deliveries for line in _why_refused(delivery))


def _why_refused(delivery: DeliveryResult) -> list[str]:
    """The gates a delivery did not pass, and what was found most in it."""
    lines = list(delivery.gate_reasons)
    if delivery.worst_rules:
        listed = ", ".join(f"{rule} {count:,} ({severity})" for severity, rule, count in delivery.worst_rules)
        lines.append(f"most found in the refused delivery: {listed}")
    return lines


def delivery_markdown(result: IngestResult) -> str:
    """The delivery summary of a run, for a flow's artifact."""
    lines = [f"# {result.site_id}: {status_of(result)}"]
    for delivery in result.deliveries:
        lines += ["", f"## Delivery {delivery.delivery_id or '(not landed)'}: {delivery.status}"]
        lines += [f"- {line}" for line in _why_refused(delivery)]
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
    from haicplatform.ingest.state.site_state import folder_of

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
    """Findings of the data in force and of refused deliveries since, errors first; (rows, how many in all).

    What a hospital's last ingestion found is there at once, what is found across hospitals after `haic harmonise`.
    `delivery`: in force, or refused. Raises UsageError for an unknown severity or hospital.
    """
    from haicplatform.sites.loading import list_sites

    severities = ("error", "warning", "info")
    if severity not in (None, *severities):
        raise UsageError(f"No severity is called {severity}", expected=", ".join(severities))
    if site is not None and site not in list_sites(home):
        raise UsageError(f"No hospital is called {site}", expected=", ".join(list_sites(home)))
    found = _findings(home, site)
    if severity:
        found = found.filter(pl.col("severity") == severity)
    found = _worst_first(found.sort(list(_SHOWN))).select(list(_SHOWN)).rename(_SHOWN)
    return found.head(limit).to_dicts(), found.height


def _findings(home: Home, site: str | None) -> pl.DataFrame:
    """quality.finding with `delivery`, of the states in force now, and of the published copy what those lack."""
    from haicplatform.findings import findings
    from haicplatform.ingest.state.site_state import folder_of

    with Ledger(home) as ledger:
        states = [state for state in ledger.current_states() if site in (None, state.site_id)]
    frames = [findings.empty()]
    frames += [
        pl.read_parquet(folder_of(home, state.site_id, state.state_hash) / "findings.parquet") for state in states
    ]
    counting = {delivery for state in states for delivery, _ in state.members}
    own = pl.concat(frames)
    if warehouse.is_published(home):
        with warehouse.published(home) as con:
            across = con.execute("SELECT * FROM quality.finding WHERE list_contains($1, delivery_id)", [list(counting)])
            own = pl.concat([own, across.pl().join(own, on=["fingerprint", "row_id"], how="anti", nulls_equal=True)])
    is_counting = pl.when(pl.col("delivery_id").is_in(list(counting)))
    return own.with_columns(is_counting.then(pl.lit("in force")).otherwise(pl.lit("refused")).alias("delivery"))


def list_hospitals(home: Home) -> list[dict]:
    """Every hospital: its schedule, its last delivery, what became of it (waits: nothing yet), what counts."""
    from haicplatform.sites.loading import list_sites

    counts = _counts(home)
    rows = []
    deliveries: dict[str, list[Delivery]] = {}
    decided: dict[tuple[str, str], str] = {}
    if home.root.is_dir():
        with Ledger(home) as ledger:
            for delivery in ledger.deliveries():
                deliveries.setdefault(delivery.site_id, []).append(delivery)
            for site_id in deliveries:
                newest = sorted(ledger.derivations(site_id), key=lambda row: row.decided_at)
                decided |= {(site_id, row.delivery_id): row.status for row in newest}
    for site_id in list_sites(home):
        own = deliveries.get(site_id, [])
        last = own[-1] if own else None
        rows.append(
            {
                "site": site_id,
                **_hospital(home, site_id),
                "deliveries": len(own),
                "last extract": last.extracted_at.date().isoformat() if last else None,
                "last delivery": decided.get((site_id, last.delivery_id), "waits") if last else None,
                **counts.get(site_id, {"patients": None, "errors": None, "warnings": None}),
            }
        )
    return rows


def _hospital(home: Home, site_id: str) -> dict[str, str]:
    """Names and schedule; where the site file is wrong, its mistake, so that the other hospitals are still listed."""
    from haicplatform.sites.loading import load_site

    try:
        site = load_site(site_id, home)
    except UsageError as error:
        return {"hospital": str(error), "schedule": "-"}
    return {"hospital": f"{site.hospital.name_ko} {site.hospital.name_en}", "schedule": site.schedule}


def list_snapshots(home: Home) -> list[dict]:
    """Every snapshot, the newest first, with the deliveries that counted."""
    with Ledger(home) as ledger:
        return [
            {
                "snapshot": snapshot.snapshot_id,
                "created (UTC)": snapshot.created_at.isoformat(timespec="seconds"),
                "deliveries": ", ".join(f"{member.site_id}:{member.delivery_id}" for member in members),
                "links decided": len(snapshot.links or []),
            }
            for snapshot, members in ledger.snapshots()
        ]


def _counts(home: Home) -> dict[str, dict]:
    if not warehouse.is_published(home):
        return {}
    with warehouse.published(home) as con:
        rows = con.execute(
            """SELECT coalesce(p.site_id, f.site_id), coalesce(p.n, 0), coalesce(f.errors, 0), coalesce(f.warnings, 0)
               FROM (SELECT site_id, count(*) AS n FROM validated.patient GROUP BY ALL) AS p
               FULL JOIN (SELECT site_id, count(*) FILTER (severity = 'error') AS errors,
                                 count(*) FILTER (severity = 'warning') AS warnings
                          FROM quality.finding SEMI JOIN quality.snapshot_member USING (site_id, delivery_id)
                          GROUP BY ALL) AS f USING (site_id)"""
        ).fetchall()
    return {site: {"patients": n, "errors": errors, "warnings": warnings} for site, n, errors, warnings in rows}


def _worst_first(found: pl.DataFrame) -> pl.DataFrame:
    order = pl.col("severity").replace_strict({"error": 0, "warning": 1, "info": 2}, default=3)
    return found.sort(order, "rule_id", "source_file", "source_row", maintain_order=True)
