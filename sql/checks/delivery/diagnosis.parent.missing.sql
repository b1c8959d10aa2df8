-- A diagnosis of a patient who was not delivered.
-- Quarantined: a row without its patient belongs to nobody. Where the patient was delivered and refused, the row
-- is held back under the patient's own finding instead (patient.parent.quarantined).
SELECT child.row_id, 'patient_id' AS column_name
FROM validated.diagnosis AS child
ANTI JOIN validated.patient AS parent ON parent.patient_id = child.patient_id
