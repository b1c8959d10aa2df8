-- A systemic or HAIC course with later exams but without a baseline exam that any reader could be measured against:
-- its responses are not evaluable by the default definition.
SELECT source.site_id, source.row_id, 'start_date' AS column_name
FROM harmonised.source_course AS source
INNER JOIN harmonised.series AS series ON source.course_id = series.course_id
INNER JOIN harmonised.exam_sum AS exam ON series.series_no = exam.series_no
INNER JOIN harmonised.exam_response AS response ON exam.course_exam_no = response.course_exam_no
SEMI JOIN harmonised.definition AS definition
    ON response.definition = definition.definition AND definition.is_default
GROUP BY source.site_id, source.row_id
HAVING bool_and(response.baseline_status = 'NONE')
