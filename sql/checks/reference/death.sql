-- Every recorded death with the date it is given, and the last dose, scan or contact of the patient.
-- A death known to the month is dated to the later of the first of that month and the last evidence of life within
-- it; one known to the year only is not dated.
-- Source: clinical definitions, section 6, Partial dates.
WITH evidence AS (
    SELECT patient_id, admin_date AS seen_date, false AS is_contact FROM validated.administration
    UNION ALL
    SELECT patient_id, exam_date, false FROM validated.imaging_visit
    UNION ALL
    SELECT patient_id, TRY_CAST(event_date AS DATE), true
    FROM validated.followup_event
    WHERE event_type <> 'DEATH' AND event_date_precision = 'day'
),

death AS (
    SELECT
        row_id,
        patient_id,
        event_date_precision = 'month' AS is_month,
        TRY_CAST(event_date || CASE event_date_precision WHEN 'month' THEN '-01' ELSE '' END AS DATE) AS first_day
    FROM validated.followup_event
    WHERE event_type = 'DEATH' AND event_date_precision IN ('day', 'month')
)

SELECT
    death.row_id,
    death.patient_id,
    greatest(
        any_value(death.first_day),
        max(evidence.seen_date) FILTER (
            death.is_month AND date_trunc('month', evidence.seen_date) = death.first_day
        )
    ) AS death_date,
    max(evidence.seen_date) AS last_seen,
    max(evidence.seen_date) FILTER (NOT evidence.is_contact) AS last_dose_or_scan
FROM death
LEFT JOIN evidence ON evidence.patient_id = death.patient_id
GROUP BY death.row_id, death.patient_id
