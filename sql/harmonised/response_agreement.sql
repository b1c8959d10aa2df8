-- harmonised.response_agreement: the derived response beside the hospital's own mRECIST reading, by definition; one
-- row a course, definition, series (site, patient number, reader) and exam that has either.
--
-- agreement: MATCH, MISMATCH, RECORDED_ONLY, DERIVED_ONLY. Nothing is overwritten. Hospitals without the word record
-- NON-CR/NON-PD as SD: that is a MISMATCH here, and read as such.
WITH recorded AS (
    SELECT *
    FROM harmonised.recorded_response
    WHERE criterion = 'MRECIST'
),

pair AS (
    SELECT
        v.usubjid,
        v.course_no,
        v.definition,
        v.site_id,
        v.patient_id,
        v.reader_id,
        v.exam_no,
        v.exam_date,
        v.overall_response AS derived_response,
        r.overall_response AS recorded_response,
        r.row_id AS recorded_row_id
    FROM harmonised.visit_response AS v
    LEFT JOIN recorded AS r
        ON v.course_no = r.course_no AND v.site_id = r.site_id AND v.patient_id = r.patient_id
        AND v.reader_id = r.reader_id AND v.exam_no = r.exam_no
    UNION ALL BY NAME
    SELECT
        r.usubjid,
        r.course_no,
        d.definition,
        r.site_id,
        r.patient_id,
        r.reader_id,
        r.exam_no,
        r.exam_date,
        r.overall_response AS recorded_response,
        r.row_id AS recorded_row_id
    FROM recorded AS r
    ANTI JOIN harmonised.lesion_sum AS s
        ON r.course_no = s.course_no AND r.site_id = s.site_id AND r.patient_id = s.patient_id
        AND r.reader_id = s.reader_id AND r.exam_no = s.exam_no
    CROSS JOIN harmonised.definition AS d
    WHERE d.is_derived
)

SELECT
    usubjid,
    course_no,
    definition,
    site_id,
    patient_id,
    reader_id,
    exam_no,
    exam_date,
    derived_response,
    recorded_response,
    CASE
        WHEN derived_response IS NULL THEN 'RECORDED_ONLY'
        WHEN recorded_response IS NULL THEN 'DERIVED_ONLY'
        WHEN derived_response = recorded_response THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    recorded_row_id
FROM pair
