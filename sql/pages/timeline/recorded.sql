-- recorded: the responses that the hospitals recorded themselves; one row a course, criterion, reader and exam.
SELECT
    exam_date AS day,
    overall_response AS code,
    course_no,
    reader_id,
    criterion AS detail,
    [site_id] AS site_ids,
    [row_id] AS row_ids
FROM harmonised.recorded_response
WHERE usubjid = getvariable('person')
