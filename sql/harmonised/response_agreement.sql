-- harmonised.response_agreement: the derived response beside the hospital's own mRECIST reading, by definition; one
-- row a course, definition, series (site, patient number, reader) and exam that has either.
--
-- agreement: MATCH, MISMATCH, RECORDED_ONLY, DERIVED_ONLY. Nothing is overwritten. Hospitals without the word record
-- NON-CR/NON-PD as SD: that is a MISMATCH here, and read as such.
WITH recorded AS (
    SELECT
        r.* EXCLUDE (definition),
        d.definition
    FROM harmonised.recorded_response AS r
    INNER JOIN harmonised.definition AS d ON d.is_derived
    WHERE r.criterion = 'MRECIST'
)

SELECT
    usubjid,
    course_no,
    definition,
    site_id,
    patient_id,
    reader_id,
    exam_no,
    coalesce(v.exam_date, r.exam_date) AS exam_date,
    v.overall_response AS derived_response,
    r.overall_response AS recorded_response,
    CASE
        WHEN v.overall_response IS NULL THEN 'RECORDED_ONLY'
        WHEN r.overall_response IS NULL THEN 'DERIVED_ONLY'
        WHEN v.overall_response = r.overall_response THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    r.row_id AS recorded_row_id
FROM harmonised.visit_response AS v
FULL JOIN recorded AS r USING (usubjid, course_no, definition, site_id, patient_id, reader_id, exam_no)
