-- lab: the key laboratory results, in standard units; one row a test and day.
SELECT
    'lab' AS lane,
    l.collect_datetime::DATE AS day,
    l.test_code AS code,
    l.value_num AS number,
    coalesce(l.value_op, '') AS detail,
    l.unit_std AS unit,
    [l.site_id] AS site_ids,
    [l.row_id] AS row_ids
FROM validated.lab AS l
INNER JOIN harmonised.person AS p ON l.site_id = p.site_id AND l.patient_id = p.patient_id
WHERE
    p.usubjid = getvariable('person') AND l.value_num IS NOT NULL
    AND l.test_code IN ('AFP', 'BILI_T', 'ALB')
