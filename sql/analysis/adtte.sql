-- adtte: times to event; one row a person and endpoint of the study.
--
-- An endpoint is rows of study.endpoint and study.endpoint_part, not SQL: where it starts, the sources that end it,
-- those that censor it (the latest counts), those before which an event must come, and the gap after which a missed
-- assessment voids an event. Same day: the source named first gives the reason. Without a censoring date the person is
-- censored at the start, day 0; an event on the start day stays an event at 0. days = adt - startdt; months =
-- days / 30.4375. cnsr 0 is an event (ADaM).
-- censor_before and missed_gap_days (FDA 2018 endpoints guidance style): the event does not count, the person is
-- censored at the last adequate assessment on or before the new therapy, or before the gap (strictly longer counts).
WITH started AS (
    SELECT c.study_id, c.usubjid, c.siteid, e.*, s.adt AS startdt, s.srcdom AS start_srcdom, s.srcrow AS start_srcrow
    FROM study.cohort AS c
    CROSS JOIN study.endpoint AS e
    INNER JOIN study.endpoint_source AS s ON c.usubjid = s.usubjid AND e.start_source = s.source
    SEMI JOIN study.endpoint_source AS a ON c.usubjid = a.usubjid AND coalesce(e.among_source, 'index') = a.source
    WHERE c.is_included
),

part AS (
    SELECT t.usubjid, t.paramcd, p.role, p.position, s.* EXCLUDE (study_id, usubjid)
    FROM started AS t
    INNER JOIN study.endpoint_part AS p ON t.paramcd = p.paramcd
    INNER JOIN study.endpoint_source AS s ON t.usubjid = s.usubjid AND p.source = s.source AND s.adt >= t.startdt
),

event AS (
    SELECT * FROM part WHERE role = 'event'
    QUALIFY row_number() OVER (PARTITION BY usubjid, paramcd ORDER BY adt, position, srcrow) = 1
),

intervening_event AS (
    SELECT * FROM part WHERE role = 'censor_before'
    QUALIFY row_number() OVER (PARTITION BY usubjid, paramcd ORDER BY adt, position, srcrow) = 1
),

-- the last adequate assessment up to the event: missed ones lie between them when that is too long ago
last_assessment AS (
    SELECT e.usubjid, e.paramcd, max(s.adt) AS last_date
    FROM event AS e
    INNER JOIN study.endpoint_source AS s
        ON e.usubjid = s.usubjid AND s.source = 'adequate_assessment' AND NOT s.is_pd AND s.adt <= e.adt
    GROUP BY e.usubjid, e.paramcd
),

endpoint_event AS (
    SELECT
        t.*,
        e.adt AS event_date,
        c.adt AS cut_date,
        c.reason AS cut_reason,
        coalesce(c.adt < e.adt, c.adt IS NOT NULL) AS is_cut,
        coalesce(e.adt - greatest(t.startdt, l.last_date) > t.missed_gap_days, false) AS is_missed
    FROM started AS t
    LEFT JOIN event AS e ON t.usubjid = e.usubjid AND t.paramcd = e.paramcd
    LEFT JOIN intervening_event AS c ON t.usubjid = c.usubjid AND t.paramcd = c.paramcd
    LEFT JOIN last_assessment AS l ON t.usubjid = l.usubjid AND t.paramcd = l.paramcd
),

-- what may censor: the endpoint's own sources, or the adequate assessments alone where the event does not count
censor AS (
    SELECT s.usubjid, s.paramcd, p.adt, p.reason, p.srcdom, p.srcrow
    FROM endpoint_event AS s
    INNER JOIN part AS p ON s.usubjid = p.usubjid AND s.paramcd = p.paramcd AND p.role = 'censor'
    WHERE NOT s.is_cut AND NOT s.is_missed
    UNION ALL
    SELECT s.usubjid, s.paramcd, a.adt, a.reason, a.srcdom, a.srcrow
    FROM endpoint_event AS s
    INNER JOIN study.endpoint_source AS a
        ON s.usubjid = a.usubjid AND a.source = 'adequate_assessment' AND NOT a.is_pd AND a.adt >= s.startdt
        AND a.adt <= CASE WHEN s.is_cut THEN s.cut_date ELSE s.event_date END
    WHERE s.is_cut OR s.is_missed
),

latest AS (
    SELECT *
    FROM censor
    QUALIFY row_number() OVER (PARTITION BY usubjid, paramcd ORDER BY adt DESC, srcrow) = 1
)

SELECT
    s.study_id,
    s.usubjid,
    s.siteid,
    s.paramcd,
    s.startdt,
    coalesce(e.adt, l.adt, s.startdt) AS adt,
    (coalesce(e.adt, l.adt, s.startdt) - s.startdt)::INTEGER AS aval_days,
    (coalesce(e.adt, l.adt, s.startdt) - s.startdt) / getvariable('days_per_month') AS aval_months,
    CASE WHEN e.adt IS NULL THEN 1 ELSE 0 END AS cnsr,
    coalesce(e.reason, l.reason, 'NO ASSESSMENT')
    || CASE WHEN s.is_cut THEN ' BEFORE ' || s.cut_reason WHEN s.is_missed THEN ' BEFORE MISSED ONES' ELSE '' END
        AS evntdesc,
    coalesce(e.srcdom, l.srcdom, s.start_srcdom) AS srcdom,
    coalesce(e.srcrow, l.srcrow, s.start_srcrow) AS srcrow
FROM endpoint_event AS s
LEFT JOIN event AS e
    ON s.usubjid = e.usubjid AND s.paramcd = e.paramcd AND NOT s.is_cut AND NOT s.is_missed
LEFT JOIN latest AS l ON s.usubjid = l.usubjid AND s.paramcd = l.paramcd
ORDER BY s.usubjid, s.paramcd
