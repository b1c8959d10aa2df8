-- followup: deaths, last contacts and clinical progressions; one row a delivered event with a whole date.
SELECT
    try_cast(f.event_date AS DATE) AS day,
    f.event_type AS code,
    f.source AS detail,
    [f.site_id] AS site_ids,
    [f.row_id] AS row_ids
FROM validated.followup_event AS f
INNER JOIN harmonised.person AS p ON f.site_id = p.site_id AND f.patient_id = p.patient_id
WHERE p.usubjid = getvariable('person') AND try_cast(f.event_date AS DATE) IS NOT NULL
