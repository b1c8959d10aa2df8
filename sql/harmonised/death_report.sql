-- harmonised.death_report: every recorded death with the first and last day it can mean; one row a record.
--
-- A month means its first to its last day, a year likewise; an unreadable date has no bounds. source_rank is the
-- order of preference between sources (clinical-definitions 6): the death registry, the medical record, others.
WITH report AS (
    SELECT
        p.usubjid,
        f.site_id,
        f.source,
        CASE f.source WHEN 'MOIS_DEATH_REGISTRY' THEN 1 WHEN 'EMR' THEN 2 ELSE 3 END AS source_rank,
        f.event_date,
        f.event_date_precision AS date_precision,
        CASE f.event_date_precision
            WHEN 'year' THEN f.event_date || '-01-01'
            WHEN 'month' THEN f.event_date || '-01'
            ELSE f.event_date
        END::DATE AS low_date,
        f.cause,
        f.row_id
    FROM validated.followup_event AS f
    INNER JOIN harmonised.person AS p ON f.site_id = p.site_id AND f.patient_id = p.patient_id
    WHERE f.event_type = 'DEATH'
)

SELECT
    *,
    CASE date_precision
        WHEN 'year' THEN (low_date + INTERVAL 1 YEAR - INTERVAL 1 DAY)::DATE
        WHEN 'month' THEN last_day(low_date)
        ELSE low_date
    END AS high_date
FROM report
