-- change: what two derivations of one study conclude differently about a person; one row a person, kind and date.
--
-- `before` holds the relations of the first derivation, `study` those of the second. what: group (exposure group, or
-- why the person is excluded), response (of a day, any course), progression (first one of a course), best_response and
-- confirmed_best_response, stage (BCLC as the study uses it), and the endpoints by name. Best response, stage and
-- endpoints are compared where both include the person. '-' is nothing on that side.
WITH cohort AS (
    SELECT
        usubjid,
        coalesce(b.siteid, a.siteid) AS site_id,
        coalesce(a.is_included AND b.is_included, false) AS in_both,
        CASE WHEN a.is_included THEN a.exposure_group ELSE 'excluded: ' || a.exclusion_reason END AS a_group,
        CASE WHEN b.is_included THEN b.exposure_group ELSE 'excluded: ' || b.exclusion_reason END AS b_group
    FROM before.cohort AS a
    FULL JOIN study.cohort AS b USING (usubjid)
),

compared AS (
    SELECT usubjid, 'group' AS what, NULL::INTEGER AS course_no, NULL::DATE AS day_date, a_group AS a, b_group AS b
    FROM cohort
    UNION ALL BY NAME
    SELECT usubjid, 'response' AS what, course_no, adt AS day_date, a.avalc AS a, b.avalc AS b
    FROM before.assessment AS a
    FULL JOIN study.assessment AS b USING (usubjid, course_no, adt)
    UNION ALL BY NAME
    SELECT usubjid, 'progression' AS what, course_no, a.adt::VARCHAR AS a, b.adt::VARCHAR AS b
    FROM (SELECT usubjid, course_no, min(adt) AS adt FROM before.assessment WHERE avalc = 'PD' GROUP BY ALL) AS a
    FULL JOIN
        (SELECT usubjid, course_no, min(adt) AS adt FROM study.assessment WHERE avalc = 'PD' GROUP BY ALL) AS b
        USING (usubjid, course_no)
    UNION ALL BY NAME
    SELECT
        c.usubjid,
        CASE a.paramcd WHEN 'BOR' THEN 'best_response' ELSE 'confirmed_best_response' END AS what,
        a.avalc AS a,
        b.avalc AS b
    FROM cohort AS c
    INNER JOIN before.adrs AS a ON c.usubjid = a.usubjid AND a.paramcd IN ('BOR', 'CBOR') AND c.in_both
    INNER JOIN study.adrs AS b ON c.usubjid = b.usubjid AND a.paramcd = b.paramcd
    UNION ALL BY NAME
    SELECT c.usubjid, 'stage' AS what, a.bclc AS a, b.bclc AS b
    FROM cohort AS c
    INNER JOIN before.adsl AS a ON c.usubjid = a.usubjid AND c.in_both
    INNER JOIN study.adsl AS b ON c.usubjid = b.usubjid
    UNION ALL BY NAME
    SELECT
        c.usubjid,
        paramcd AS what,
        CASE WHEN a.cnsr = 0 THEN 'event' ELSE 'censored' END || ' ' || a.adt::VARCHAR AS a,
        CASE WHEN b.cnsr = 0 THEN 'event' ELSE 'censored' END || ' ' || b.adt::VARCHAR AS b
    FROM (FROM before.adtte) AS a
    FULL JOIN (FROM study.adtte) AS b USING (usubjid, paramcd)
    INNER JOIN cohort AS c ON coalesce(a.usubjid, b.usubjid) = c.usubjid AND c.in_both
)

SELECT
    c.site_id,
    c.usubjid,
    v.what,
    v.course_no,
    v.day_date,
    coalesce(v.a, '-') AS a,
    coalesce(v.b, '-') AS b
FROM compared AS v
INNER JOIN cohort AS c ON v.usubjid = c.usubjid
WHERE v.a IS DISTINCT FROM v.b
ORDER BY ALL
