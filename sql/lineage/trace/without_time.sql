-- without_time: patients who have no time of an endpoint that everybody should have; one row a person and endpoint.
SELECT
    e.endpoint,
    s.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    s.index_date AS day,
    NULL::VARCHAR AS result,
    [s.srcrow] AS sources
FROM trace.endpoint AS e
CROSS JOIN study.adsl AS s
ANTI JOIN study.adtte AS t ON s.usubjid = t.usubjid AND e.endpoint = t.paramcd
