-- death: what is known of the death of one person; one row where any hospital recorded one.
SELECT
    is_resolved,
    death_date,
    date_precision,
    unresolved_reason,
    earliest_date,
    latest_date,
    last_evidence_date,
    days_evidence_after,
    source,
    site_id,
    row_ids
FROM harmonised.death
WHERE usubjid = getvariable('person')
