-- stage: recorded and derived BCLC and Child-Pugh at the start of each course; one row a course and scale.
SELECT
    'BCLC' AS scale,
    course_no,
    ref_date AS day,
    recorded,
    derived,
    agreement,
    row_ids
FROM harmonised.bclc_stage
WHERE usubjid = getvariable('person')
UNION ALL BY NAME
SELECT
    'CHILD_PUGH' AS scale,
    course_no,
    ref_date AS day,
    class_recorded AS recorded,
    class AS derived,
    agreement,
    row_ids
FROM harmonised.child_pugh
WHERE usubjid = getvariable('person')
ORDER BY scale, course_no
