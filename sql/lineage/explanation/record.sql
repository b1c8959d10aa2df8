-- record: the patient numbers of one person (variable person), and how they were linked; one row a number of a hospital.
SELECT
    site_id,
    patient_id,
    link_basis,
    sex,
    birth_year,
    has_sex_conflict,
    has_birth_year_conflict,
    [row_id] AS row_ids
FROM harmonised.person
WHERE usubjid = getvariable('person')
ORDER BY site_id, patient_id
