-- A systemic course that begins while another systemic course of the patient goes on. Kept.
-- HAIC and local therapies may overlap with anything; a course without an end is not held against another.
WITH systemic AS (
    SELECT *
    FROM validated.treatment_course
    WHERE regimen NOT IN ('HAIC_FP', 'TACE', 'RT', 'RFA', 'RESECTION', 'TRANSPLANT', 'OTHER')
)

SELECT later.row_id, 'start_date' AS column_name
FROM systemic AS later
SEMI JOIN systemic AS earlier
    ON earlier.patient_id = later.patient_id
    AND earlier.course_no <> later.course_no
    AND earlier.start_date < later.start_date
    AND later.start_date < earlier.end_date
