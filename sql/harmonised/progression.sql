-- harmonised.progression: the first progression of a course by definition and reader; one row where there is one.
--
-- pd_date is the first exam after the course's start with overall PD over all hospitals; pd_known_date the scan on
-- which it was known, the earliest where several readings of that day say so. `recorded` takes the hospital's own
-- mRECIST readings. With a cut-off before pd_known_date the first progression is another one, or none: a study with
-- a cut-off looks in visit_response for the first PD with pd_known_date on or before it. row_ids: the lesion readings
-- of that exam, then those of the new lesions that make it a PD; or the recorded row.
WITH first_day AS (
    SELECT
        series_no,
        definition,
        min(exam_date) AS exam_date
    FROM harmonised.exam_response
    WHERE overall_response = 'PD'
    GROUP BY series_no, definition
),

pd AS (
    SELECT
        r.series_no,
        r.definition,
        r.exam_date,
        r.pd_known_date,
        e.exam_no,
        r.course_exam_no,
        r.is_new_pd
    FROM harmonised.exam_response AS r
    INNER JOIN first_day AS f
        ON r.series_no = f.series_no AND r.definition = f.definition AND r.exam_date = f.exam_date
    INNER JOIN harmonised.course_exam AS e ON r.course_exam_no = e.course_exam_no
    WHERE r.overall_response = 'PD'
    UNION ALL BY NAME
    SELECT
        series_no,
        definition,
        exam_date,
        pd_known_date,
        exam_no,
        row_id
    FROM harmonised.recorded_response
    WHERE overall_response = 'PD' AND criterion = 'MRECIST'
    QUALIFY rank() OVER (PARTITION BY series_no ORDER BY exam_date) = 1
),

chosen AS (
    SELECT
        s.usubjid,
        s.course_no,
        s.reader_id,
        s.site_id,
        p.*
    FROM pd AS p
    INNER JOIN harmonised.series AS s ON p.series_no = s.series_no
    QUALIFY row_number() OVER (
        PARTITION BY s.course_id, p.definition, s.reader_id
        ORDER BY p.exam_date, p.pd_known_date, s.site_id, p.exam_no
    ) = 1
),

reading AS (
    SELECT
        r.course_exam_no,
        list_sort(list(r.row_id)) AS row_ids
    FROM harmonised.course_reading AS r
    SEMI JOIN chosen AS c ON r.course_exam_no = c.course_exam_no
    GROUP BY r.course_exam_no
),

fresh AS (
    SELECT
        c.course_exam_no,
        flatten(list(n.row_ids ORDER BY n.lesion_id)) AS row_ids
    FROM (SELECT DISTINCT course_exam_no, series_no, exam_date FROM chosen WHERE is_new_pd) AS c
    INNER JOIN harmonised.new_lesion AS n ON c.series_no = n.series_no AND n.detected_date <= c.exam_date
    GROUP BY c.course_exam_no
)

SELECT
    c.usubjid,
    c.course_no,
    c.definition,
    c.reader_id,
    c.exam_date AS pd_date,
    c.pd_known_date,
    c.site_id,
    c.exam_no,
    CASE
        WHEN c.course_exam_no IS NULL THEN [c.row_id]
        WHEN c.is_new_pd THEN r.row_ids || f.row_ids
        ELSE r.row_ids
    END AS row_ids
FROM chosen AS c
LEFT JOIN reading AS r ON c.course_exam_no = r.course_exam_no
LEFT JOIN fresh AS f ON c.course_exam_no = f.course_exam_no
