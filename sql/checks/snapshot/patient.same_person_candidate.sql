-- Patients of two hospitals who may be one person (quality.link_candidate) and about whom nobody has decided.
WITH undecided AS (
    SELECT site_id, patient_id, other_site_id, other_patient_id
    FROM quality.link_candidate
    ANTI JOIN quality.link_decision USING (site_id, patient_id, other_site_id, other_patient_id)
)

SELECT
    site_id,
    row_id,
    'birth_date' AS column_name
FROM validated.patient
SEMI JOIN (
    SELECT site_id, patient_id FROM undecided
    UNION ALL
    SELECT other_site_id AS site_id, other_patient_id AS patient_id FROM undecided
) USING (site_id, patient_id)
