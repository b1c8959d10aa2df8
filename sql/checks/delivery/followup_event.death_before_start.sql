-- A death before a course of the same patient begins. Kept; the definitions exclude the person.
-- Source: clinical definitions, section 6, Contradictions.
SELECT death.row_id, 'event_date' AS column_name
FROM reference.death AS death
SEMI JOIN validated.treatment_course AS course
    ON course.patient_id = death.patient_id AND course.start_date > death.death_date
