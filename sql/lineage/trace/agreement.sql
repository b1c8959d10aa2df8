-- agreement: the derived response beside the recorded one; one row an exam that a course has either for, and criterion
-- of the recorded one (no term where nothing was recorded).
--
-- siteid is the hospital of the exam. A study whose responses are as recorded is told by the default definition.
-- is_mismatch: they differ, other than by a word that the hospital does not have.
WITH pair AS (
    SELECT * EXCLUDE (study_id) FROM study.response_agreement
    WHERE (SELECT any_value(is_derived) FROM study.definition)
    UNION ALL BY NAME
    SELECT a.* FROM harmonised.response_agreement AS a
    SEMI JOIN (FROM harmonised.definition WHERE is_default) AS d ON a.definition = d.definition
    WHERE NOT (SELECT any_value(is_derived) FROM study.definition)
),

reading AS (
    SELECT usubjid, course_no, site_id, patient_id, reader_id, exam_no, any_value(row_ids) AS row_ids
    FROM harmonised.lesion_sum
    GROUP BY usubjid, course_no, site_id, patient_id, reader_id, exam_no
)

SELECT
    p.usubjid,
    p.site_id AS siteid,
    p.reader_id || ':' || p.criterion AS term,
    p.agreement,
    p.agreement = 'MISMATCH' AND NOT p.is_named_otherwise AS is_mismatch,
    p.is_pd_mismatch,
    p.exam_date AS day,
    coalesce(p.derived_response, '-') || ' / ' || coalesce(p.recorded_response, '-') AS result,
    list_filter([p.recorded_row_id] || coalesce(r.row_ids, []), lambda one: one IS NOT NULL) AS sources
FROM pair AS p
SEMI JOIN trace.site AS s ON p.site_id = s.site_id
LEFT JOIN reading AS r
    ON p.usubjid = r.usubjid AND p.course_no = r.course_no AND p.site_id = r.site_id AND p.patient_id = r.patient_id
    AND p.reader_id = r.reader_id AND p.exam_no = r.exam_no
