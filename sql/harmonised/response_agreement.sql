-- harmonised.response_agreement: the derived response beside the hospital's own readings, by definition; one row a
-- course, definition, series (site, patient number, reader), exam and criterion of a recorded reading, or one without
-- criterion where nothing was recorded.
--
-- agreement: MATCH, MISMATCH, RECORDED_ONLY, DERIVED_ONLY. Nothing is overwritten. Hospitals without the word record
-- NON-CR/NON-PD as SD: a MISMATCH that is one of words only (is_named_otherwise), and no disagreement. The derived
-- response is mRECIST: beside a recorded RECIST 1.1 it compares two criteria, which may both be right
-- (is_across_criteria). is_pd_mismatch: the two differ on whether it is a progression.
-- Kept as a view: it repeats what exam_response and exam_record hold.
WITH pair AS (
    SELECT
        e.series_no,
        e.exam_no,
        v.definition,
        e.exam_date,
        v.overall_response AS derived_response,
        r.criterion,
        r.overall_response AS recorded_response,
        r.row_id AS recorded_row_id
    FROM harmonised.exam_response AS v
    INNER JOIN harmonised.course_exam AS e ON v.course_exam_no = e.course_exam_no
    LEFT JOIN harmonised.exam_record AS r ON v.course_exam_no = r.course_exam_no
    UNION ALL BY NAME
    SELECT
        r.series_no,
        r.exam_no,
        d.definition,
        r.exam_date,
        r.criterion,
        r.overall_response AS recorded_response,
        r.row_id AS recorded_row_id
    FROM harmonised.exam_record AS r
    CROSS JOIN harmonised.definition AS d
    WHERE d.is_derived AND r.course_exam_no IS NULL
)

SELECT
    s.usubjid,
    s.course_no,
    p.definition::VARCHAR AS definition,
    s.site_id,
    s.patient_id,
    s.reader_id,
    p.exam_no,
    p.exam_date,
    p.criterion::VARCHAR AS criterion,
    p.criterion <> 'MRECIST' AS is_across_criteria,
    p.derived_response::VARCHAR AS derived_response,
    p.recorded_response::VARCHAR AS recorded_response,
    CASE
        WHEN p.derived_response IS NULL THEN 'RECORDED_ONLY'
        WHEN p.recorded_response IS NULL THEN 'DERIVED_ONLY'
        WHEN p.derived_response = p.recorded_response THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    coalesce(p.derived_response = 'NON-CR/NON-PD' AND p.recorded_response = 'SD', false) AS is_named_otherwise,
    coalesce((p.derived_response = 'PD') <> (p.recorded_response = 'PD'), false) AS is_pd_mismatch,
    p.recorded_row_id
FROM pair AS p
INNER JOIN harmonised.series AS s ON p.series_no = s.series_no
