-- milestone: what happened to a patient after the index, by the rank in the swimmer plot; one row a person and milestone.
--
-- The longest time has rank 1, equals in the order of their ids. The end of the treatment stands on the row of the course.
WITH ranked AS (
    SELECT usubjid, row_number() OVER (ORDER BY months DESC, usubjid) AS rank
    FROM study.milestone
    WHERE milestone = 'duration'
),

dated AS (
    SELECT
        m.*,
        CASE m.milestone WHEN 'first_response' THEN 'response' WHEN 'duration' THEN 'last_contact' ELSE m.milestone END
            AS source
    FROM study.milestone AS m
),

found AS (
    SELECT
        d.usubjid,
        d.milestone,
        list_distinct(flatten(list(coalesce(r.row_ids, [e.srcrow])))) AS row_ids
    FROM dated AS d
    INNER JOIN study.endpoint_source AS e ON d.usubjid = e.usubjid AND d.source = e.source AND d.adt = e.adt
    LEFT JOIN trace.reading_row AS r ON e.srcrow = r.srcrow
    GROUP BY d.usubjid, d.milestone
)

SELECT
    d.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    k.rank,
    d.milestone,
    d.months,
    d.adt AS day,
    d.milestone || ', ' || format('{:.1f} months', d.months) AS result,
    coalesce(f.row_ids, [s.srcrow]) AS sources
FROM dated AS d
INNER JOIN ranked AS k ON d.usubjid = k.usubjid
INNER JOIN study.adsl AS s ON d.usubjid = s.usubjid
LEFT JOIN found AS f ON d.usubjid = f.usubjid AND d.milestone = f.milestone
