-- endpoint: the times to event of one person in a study, each with its reason; one row an endpoint.
SELECT
    paramcd,
    startdt AS start_date,
    adt AS end_date,
    aval_days,
    round(aval_months, 1) AS months,
    cnsr = 0 AS is_event,
    evntdesc AS reason,
    [srcrow] AS row_ids
FROM analysis.adtte
WHERE usubjid = getvariable('person') AND study_id = getvariable('study_id')
ORDER BY paramcd
