-- adverse_event: recorded adverse events; one row a record.
SELECT
    start_date AS day,
    end_date AS until,
    term AS code,
    grade AS number,
    related AS detail,
    [site_id] AS site_ids,
    [row_id] AS row_ids
FROM harmonised.adverse_event
WHERE usubjid = getvariable('person')
