-- infusion: days on which drugs were given; one row a day and course, the doses in mg.
SELECT
    admin_date AS day,
    string_agg(DISTINCT drug, ' · ' ORDER BY drug) AS code,
    course_no,
    string_agg(drug || coalesce(' ' || dose_mg || ' mg', ''), ', ' ORDER BY drug) AS detail,
    list_sort(list_distinct(list(site_id))) AS site_ids,
    list_sort(list_distinct(flatten(list(row_ids)))) AS row_ids
FROM harmonised.administration
WHERE usubjid = getvariable('person')
GROUP BY admin_date, course_no
