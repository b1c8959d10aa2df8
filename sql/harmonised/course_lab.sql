-- harmonised.course_lab: the last result of every laboratory test before a systemic or HAIC course; one row a course
-- (course_id: treatment_course) and test.
--
-- Definition: the last result collected on or before the day of the start, at most labs_days (28, ours) before it, at
-- any hospital, in the standard unit. value_op keeps `<` and `>`: the value is then the limit.
-- Choices: a result of the start's own day counts, whatever its hour; of two at one time the course's own hospital's
-- comes first, then the later row.
WITH near AS (
    SELECT
        c.course_id,
        l.test_code,
        l.collect_datetime,
        l.value_op,
        l.value_num,
        l.unit_std,
        l.site_id,
        l.row_id,
        l.site_id = c.site_id AS is_own
    FROM validated.lab AS l
    INNER JOIN harmonised.person AS p ON l.site_id = p.site_id AND l.patient_id = p.patient_id
    INNER JOIN harmonised.treatment_course AS c ON p.usubjid = c.usubjid AND c.has_response
    INNER JOIN harmonised.definition AS d ON d.is_default
    WHERE
        l.value_num IS NOT NULL
        AND l.collect_datetime::DATE <= c.start_date
        AND c.start_date - l.collect_datetime::DATE <= d.labs_days
),

last_time AS (
    SELECT
        course_id,
        test_code,
        max(collect_datetime) AS collect_datetime
    FROM near
    GROUP BY course_id, test_code
),

latest AS (
    SELECT n.*
    FROM near AS n
    INNER JOIN last_time AS t
        ON n.course_id = t.course_id AND n.test_code = t.test_code AND n.collect_datetime = t.collect_datetime
)

SELECT l.* EXCLUDE (is_own)
FROM latest AS l
ANTI JOIN latest AS o
    ON l.course_id = o.course_id AND l.test_code = o.test_code AND (o.is_own, o.row_id) > (l.is_own, l.row_id)
