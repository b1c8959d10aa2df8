-- course: the courses of a person; one row a course, until its end, its last dose, or open.
SELECT
    start_date AS day,
    coalesce(end_date, last_dose_date) AS until,
    regimen AS code,
    kind,
    course_no,
    is_open,
    stop_reason AS detail,
    site_ids,
    row_ids
FROM harmonised.treatment_course
WHERE usubjid = getvariable('person')
