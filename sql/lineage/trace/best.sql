-- best: best overall responses (ADRS); one row a person and parameter. MISSING stands on the row of the index date.
SELECT
    a.paramcd AS endpoint,
    a.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    a.avalc,
    a.avalc IN (SELECT c.avalc FROM trace.control AS c) AS is_control,
    a.adt AS day,
    a.avalc AS result,
    coalesce(r.row_ids, [coalesce(a.srcrow, s.srcrow)]) AS sources
FROM study.adrs AS a
INNER JOIN study.adsl AS s ON a.usubjid = s.usubjid
LEFT JOIN trace.reading_row AS r ON a.srcrow = r.srcrow
WHERE a.paramcd IN ('BOR', 'CBOR')
