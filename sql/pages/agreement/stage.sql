-- stage: recorded beside derived BCLC and Child-Pugh class; one row a course and scale with either. site_id: where the
-- course began.
WITH scale AS (
    SELECT 'BCLC' AS what, usubjid, course_no, ref_date AS day, recorded AS first, derived AS second
    FROM harmonised.bclc_stage
    UNION ALL
    SELECT 'CHILD_PUGH' AS what, usubjid, course_no, ref_date AS day, class_recorded AS first, class AS second
    FROM harmonised.child_pugh
)

SELECT
    s.what,
    c.site_id,
    s.usubjid,
    s.day,
    s.first,
    s.second
FROM scale AS s
INNER JOIN harmonised.treatment_course AS c ON s.usubjid = c.usubjid AND s.course_no = c.course_no
WHERE s.first IS NOT NULL OR s.second IS NOT NULL
