-- harmonised.course_lab: the last result of every laboratory test before a systemic or HAIC course; one row a course
-- and test.
--
-- Definition: the last result collected on or before the day of the start, at most labs_days (28, ours) before it, at
-- any hospital, in the standard unit. value_op keeps `<` and `>`: the value is then the limit.
-- Choices: a result of the start's own day counts, whatever its hour; of two at one time the course's own hospital's
-- comes first, then the later row.
SELECT
    c.usubjid,
    c.course_no,
    c.start_date AS ref_date,
    l.test_code,
    l.collect_datetime,
    l.value_op,
    l.value_num,
    l.unit_std,
    l.site_id,
    l.row_id
FROM validated.lab AS l
INNER JOIN harmonised.person AS p ON l.site_id = p.site_id AND l.patient_id = p.patient_id
INNER JOIN harmonised.treatment_course AS c ON p.usubjid = c.usubjid AND c.has_response
INNER JOIN harmonised.definition AS d ON d.is_default
WHERE
    l.value_num IS NOT NULL
    AND l.collect_datetime::DATE <= c.start_date
    AND c.start_date - l.collect_datetime::DATE <= d.labs_days
QUALIFY row_number() OVER (
    PARTITION BY c.course_id, l.test_code
    ORDER BY l.collect_datetime DESC, l.site_id <> c.site_id, l.row_id DESC
) = 1
