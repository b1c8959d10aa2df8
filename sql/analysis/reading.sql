-- reading: every response of every reader after a course's start that the study's definition gives, as known at the
-- cut-off; one row a course, reader and exam.
--
-- From visit_response (derived, under the study's own thresholds), or recorded_response (mRECIST as the hospitals recorded it) for the definition of
-- that name. A progression known only after the cut-off is none yet: such an exam counts with the response that it
-- has without the new lesion. Courses before the index are here too: their progressions decide exposure groups.
WITH response AS (
    SELECT
        usubjid,
        course_no,
        definition,
        site_id,
        patient_id,
        reader_id,
        exam_no,
        exam_date,
        overall_response,
        overall_without_new,
        pd_known_date,
        'lesion_measurement' AS srcdom,
        row_ids[1] AS srcrow
    FROM study.visit_response
    UNION ALL BY NAME
    SELECT
        usubjid,
        course_no,
        definition,
        site_id,
        patient_id,
        reader_id,
        exam_no,
        exam_date,
        overall_response,
        overall_response AS overall_without_new,
        pd_known_date,
        'response_assessment' AS srcdom,
        row_id AS srcrow
    FROM harmonised.recorded_response
    WHERE criterion = 'MRECIST'
)

SELECT
    i.study_id,
    r.usubjid,
    r.course_no,
    r.definition,
    r.site_id,
    r.patient_id,
    r.reader_id,
    r.exam_no,
    r.exam_date AS adt,
    CASE
        WHEN r.overall_response = 'PD' AND r.pd_known_date > getvariable('cutoff') THEN r.overall_without_new
        ELSE r.overall_response
    END AS avalc,
    r.srcdom,
    r.srcrow
FROM response AS r
INNER JOIN study.index_event AS i ON r.usubjid = i.usubjid
WHERE r.definition = getvariable('definition') AND r.exam_date <= getvariable('cutoff')
