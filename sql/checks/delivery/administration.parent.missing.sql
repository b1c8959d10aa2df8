-- A dose whose course was not delivered.
-- Quarantined: it cannot be placed in the patient's story. Where the course was delivered and refused, the row is
-- held back under that row's own finding instead (treatment_course.parent.quarantined).
SELECT
    child.row_id,
    CASE WHEN patient.patient_id IS NULL THEN 'patient_id' ELSE 'course_no' END AS column_name
FROM validated.administration AS child
ANTI JOIN validated.treatment_course AS parent
    ON parent.patient_id = child.patient_id AND parent.course_no = child.course_no
LEFT JOIN validated.patient AS patient ON patient.patient_id = child.patient_id
