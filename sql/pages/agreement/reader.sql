-- reader: derived responses of two readers of one exam under one definition; one row an exam of a course and pair of
-- readers, in the order of their names.
SELECT
    a.reader_id || ' : ' || b.reader_id AS what,
    a.site_id,
    a.usubjid,
    a.exam_date AS day,
    a.overall_response AS first,
    b.overall_response AS second
FROM harmonised.visit_response AS a
INNER JOIN harmonised.visit_response AS b
    ON a.usubjid = b.usubjid AND a.course_no = b.course_no AND a.site_id = b.site_id AND a.patient_id = b.patient_id
    AND a.exam_no = b.exam_no AND a.definition = b.definition AND a.reader_id < b.reader_id
WHERE a.definition = getvariable('definition')
