-- time: the times to each endpoint (ADTTE); one row a person and endpoint, with the rows of its start and its end.
SELECT
    t.paramcd AS endpoint,
    t.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    t.aval_months AS months,
    1 - t.cnsr AS event,
    t.adt AS day,
    t.evntdesc || ', ' || format('{:.1f} months', t.aval_months) AS result,
    list_distinct([s.srcrow] || coalesce(r.row_ids, [t.srcrow])) AS sources
FROM study.adtte AS t
INNER JOIN study.adsl AS s ON t.usubjid = s.usubjid
LEFT JOIN trace.reading_row AS r ON t.srcrow = r.srcrow
