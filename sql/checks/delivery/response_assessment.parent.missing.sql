-- A response whose exam was not delivered.
-- Quarantined: it cannot be placed in the patient's story. Where the exam was delivered and refused, the row is
-- held back under that row's own finding instead (imaging_visit.parent.quarantined).
SELECT
    child.row_id,
    CASE WHEN patient.patient_id IS NULL THEN 'patient_id' ELSE 'exam_no' END AS column_name
FROM validated.response_assessment AS child
ANTI JOIN validated.imaging_visit AS parent
    ON parent.patient_id = child.patient_id AND parent.exam_no = child.exam_no
LEFT JOIN validated.patient AS patient ON patient.patient_id = child.patient_id
