-- A death at one hospital more than 7 days before a dose, a scan or a contact of the same person at another one.
-- Within one hospital: followup_event.death_before_last_evidence. A death known to the month counts from its last
-- day, one known to the year from the year's last day: no hospital is asked about a difference that may be none.
-- Source: clinical definitions, section 6, Contradictions.
WITH death AS (
    SELECT
        person.usubjid,
        event.site_id,
        event.row_id,
        CASE event.event_date_precision
            WHEN 'day' THEN TRY_CAST(event.event_date AS DATE)
            WHEN 'month' THEN last_day(TRY_CAST(event.event_date || '-01' AS DATE))
            WHEN 'year' THEN TRY_CAST(event.event_date || '-12-31' AS DATE)
        END AS death_date
    FROM validated.followup_event AS event
    INNER JOIN harmonised.person AS person
        ON person.site_id = event.site_id AND person.patient_id = event.patient_id
    WHERE event.event_type = 'DEATH'
)

SELECT death.site_id, death.row_id, 'event_date' AS column_name
FROM death
SEMI JOIN harmonised.life_evidence AS evidence
    ON evidence.usubjid = death.usubjid
    AND evidence.site_id <> death.site_id
    AND evidence.source IN ('administration', 'imaging_visit', 'followup_event')
    AND evidence.evidence_date - death.death_date > 7
