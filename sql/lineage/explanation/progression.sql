-- progression: the first progression of each course of one person, by reader; one row where there is one.
SELECT
    course_no,
    reader_id,
    pd_date,
    pd_known_date,
    site_id,
    exam_no,
    row_ids
FROM harmonised.progression
WHERE usubjid = getvariable('person') AND definition = getvariable('definition')
ORDER BY course_no, reader_id
