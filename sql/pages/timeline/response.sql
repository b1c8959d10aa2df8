-- response: the derived response of each exam under one definition; one row a course, reader and exam.
SELECT
    exam_date AS day,
    overall_response AS code,
    course_no,
    reader_id,
    new_lesion AS detail,
    [site_id] AS site_ids,
    list_distinct(row_ids || coalesce(new_lesion_row_ids, [])) AS row_ids
FROM harmonised.visit_response
WHERE usubjid = getvariable('person') AND definition = getvariable('definition')
