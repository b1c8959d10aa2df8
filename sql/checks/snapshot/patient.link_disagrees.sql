-- Patients with the same link key but another sex or year of birth. The link stands until the key is corrected.
SELECT site_id, row_id, CASE WHEN has_sex_conflict THEN 'sex' ELSE 'birth_year' END AS column_name
FROM harmonised.person
WHERE has_sex_conflict OR has_birth_year_conflict
