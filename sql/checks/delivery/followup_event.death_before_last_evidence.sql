-- A death dated before a dose, a scan or a contact of the same patient; the finding is on the death.
-- Kept, always: a death that is refused would make the patient alive. More than 7 days: error, the date cannot be
-- resolved and the definitions exclude the person. A dose or scan 1 to 7 days after it: info, the date stands
-- (a contact then has its own finding, followup_event.contact_after_death).
-- Source: clinical definitions, section 6, Contradictions.
SELECT
    row_id,
    'event_date' AS column_name,
    CASE WHEN last_seen - death_date > 7 THEN 'error' ELSE 'info' END AS severity
FROM reference.death
WHERE last_seen - death_date > 7 OR last_dose_or_scan > death_date
