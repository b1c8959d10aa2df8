-- A systemic or HAIC course with later exams but without a baseline exam that any reader could be measured against:
-- its responses are not evaluable by the default definition.
SELECT source.site_id, source.row_id, 'start_date' AS column_name
FROM harmonised.source_course AS source
INNER JOIN harmonised.visit_response AS visit
    ON source.usubjid = visit.usubjid AND source.course_no = visit.course_no
SEMI JOIN harmonised.definition AS definition
    ON visit.definition = definition.definition AND definition.is_default
GROUP BY source.site_id, source.row_id
HAVING bool_and(visit.baseline_status = 'NONE')
