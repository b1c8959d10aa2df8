-- competing: times to an endpoint or to what competes with it; one row a person of an endpoint with competing events.
--
-- study.competing names the sources that compete (a death with progression). An endpoint that happened is cause 1 at its
-- time in adtte, also on the day of a competing event; else the first competing event on or after the start is cause 2,
-- at its own date although the endpoint was censored before it; else the person is censored (cause 0) as in adtte.
WITH other AS (
    SELECT
        t.usubjid,
        t.paramcd,
        min(s.adt) AS adt
    FROM study.adtte AS t
    INNER JOIN study.competing_source AS c ON t.paramcd = c.paramcd
    INNER JOIN study.endpoint_source AS s ON t.usubjid = s.usubjid AND c.source = s.source AND s.adt >= t.startdt
    GROUP BY t.usubjid, t.paramcd
)

SELECT
    t.study_id,
    t.usubjid,
    t.siteid,
    t.paramcd,
    CASE WHEN t.cnsr = 0 THEN 1 WHEN o.adt IS NOT NULL THEN 2 ELSE 0 END AS cause,
    CASE WHEN t.cnsr = 0 THEN t.aval_days ELSE coalesce((o.adt - t.startdt)::INTEGER, t.aval_days) END AS aval_days,
    CASE WHEN t.cnsr = 0 THEN t.aval_months ELSE coalesce((o.adt - t.startdt) / getvariable('days_per_month'), t.aval_months) END
        AS aval_months
FROM study.adtte AS t
LEFT JOIN other AS o ON t.usubjid = o.usubjid AND t.paramcd = o.paramcd
WHERE t.paramcd IN (SELECT paramcd FROM study.competing_source)
ORDER BY t.usubjid, t.paramcd
