-- competing: times to an endpoint or to what competes with it; one row a person and endpoint.
WITH other AS (
    SELECT
        t.usubjid,
        t.paramcd,
        list(DISTINCT e.srcrow) AS row_ids
    FROM study.competing AS c
    INNER JOIN study.adtte AS t ON c.usubjid = t.usubjid AND c.paramcd = t.paramcd
    INNER JOIN study.endpoint_source AS e ON c.usubjid = e.usubjid AND e.adt = t.startdt + c.aval_days
    WHERE c.cause = 2
    GROUP BY t.usubjid, t.paramcd
)

SELECT
    t.* EXCLUDE (result, sources, months, event),
    c.aval_months AS months,
    c.cause,
    t.result || CASE WHEN c.cause = 2 THEN ' · competing, ' || format('{:.1f} months', c.aval_months) ELSE '' END AS result,
    list_distinct(t.sources || coalesce(o.row_ids, [])) AS sources
FROM study.competing AS c
INNER JOIN trace.time AS t ON c.usubjid = t.usubjid AND c.paramcd = t.endpoint
LEFT JOIN other AS o ON c.usubjid = o.usubjid AND c.paramcd = o.paramcd
