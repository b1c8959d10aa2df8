-- The plan of each regimen: which drug, on which days of a cycle, how many mg per square metre of body surface.
-- Source: clinical definitions, section 8 (5-FU 500 mg/m2 on days 1-3, cisplatin 60 mg/m2 on day 2).
SELECT *
FROM (
    VALUES
    ('HAIC_FP', '5FU', 1, 3, 500),
    ('HAIC_FP', 'CISPLATIN', 2, 2, 60)
) AS plan (regimen, drug, first_day, last_day, mg_per_m2)
