-- lab: the results of the tests of variable `tests`, in standard units; one row a test and day.
SELECT
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
    AND list_contains(getvariable('tests'), l.test_code)
