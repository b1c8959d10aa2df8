-- A contact 1 to 7 days after the patient's recorded death: a note written late. Kept, the death stands.
-- Source: clinical definitions, section 6, Contradictions.
SELECT DISTINCT contact.row_id, 'event_date' AS column_name
FROM validated.followup_event AS contact
INNER JOIN reference.death AS death ON death.patient_id = contact.patient_id
WHERE
    contact.event_type <> 'DEATH'
    AND contact.event_date_precision = 'day'
    AND TRY_CAST(contact.event_date AS DATE) - death.death_date BETWEEN 1 AND 7
