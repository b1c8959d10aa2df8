-- harmonised.first_progression: the first progression of a course by definition and reader; one row where there is one.
--
-- pd_date is the first exam after the course's start with overall PD over all hospitals; pd_known_date the scan on
-- which it was known, the earliest where several readings of that day say so. `recorded` takes the hospital's own
-- mRECIST readings (row_id: the recorded row). With a cut-off before pd_known_date the first progression is another
-- one, or none: a study with a cut-off looks in visit_response for the first PD with pd_known_date on or before it.
-- The person and the rows behind each: progression.
WITH pd AS (
    SELECT
        e.series_no,
        r.definition::VARCHAR AS definition,
        e.exam_date,
        e.exam_no,
        r.pd_known_date,
        r.course_exam_no,
        r.is_new_pd
    FROM harmonised.exam_response AS r
    INNER JOIN harmonised.course_exam AS e ON r.course_exam_no = e.course_exam_no
    WHERE r.overall_response = 'PD'
    UNION ALL BY NAME
    SELECT
        series_no,
        'recorded' AS definition,
        exam_date,
        exam_no,
        pd_known_date,
        row_id
    FROM harmonised.exam_record
    WHERE overall_response = 'PD' AND criterion = 'MRECIST'
),

of_course AS (
    SELECT
        s.course_id,
        s.reader_id,
        s.site_id,
        p.*
    FROM pd AS p
    INNER JOIN harmonised.series AS s ON p.series_no = s.series_no
),

first_day AS (
    SELECT
        course_id,
        definition,
        reader_id,
        min(exam_date) AS exam_date
    FROM of_course
    GROUP BY course_id, definition, reader_id
),

on_first_day AS (
    SELECT p.*
    FROM of_course AS p
    INNER JOIN first_day AS f
        ON p.course_id = f.course_id AND p.definition = f.definition AND p.reader_id = f.reader_id
        AND p.exam_date = f.exam_date
)

SELECT
    p.course_id,
    p.definition,
    p.reader_id,
    p.exam_date AS pd_date,
    p.pd_known_date,
    p.site_id,
    p.exam_no,
    p.series_no,
    p.course_exam_no,
    p.is_new_pd,
    p.row_id
FROM on_first_day AS p
ANTI JOIN on_first_day AS o
    ON p.course_id = o.course_id AND p.definition = o.definition AND p.reader_id = o.reader_id
    AND (o.pd_known_date, o.site_id, o.exam_no, o.series_no, o.row_id)
    < (p.pd_known_date, p.site_id, p.exam_no, p.series_no, p.row_id)
