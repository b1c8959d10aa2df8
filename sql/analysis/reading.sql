-- reading: every response of every reader after a course's start that the study's definition gives, as known at the
-- cut-off; one row a course, reader and exam.
--
-- The study says which (response_source): `derived` is visit_response under the study's own thresholds; `recorded` what
-- the hospitals recorded; `derived_else_recorded` takes what was recorded for a course of a hospital's patient of whom no
-- lesion was delivered. Of several criteria (study.recorded_criterion) the first that the reader used for the course
-- counts: two criteria, and two sources, are never mixed in one course. A progression known only after the cut-off is none
-- yet: such an exam counts with the response that it has without the new lesion. Courses before the index are here too:
-- their progressions decide exposure groups.
WITH derived AS (
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
        baseline_status <> 'NONE' AS has_baseline,
        'lesion_measurement' AS srcdom,
        row_ids[1] AS srcrow
    FROM study.visit_response
    WHERE getvariable('response_source') <> 'recorded'
),

recorded AS (
    SELECT
        r.usubjid,
        r.course_no,
        r.definition,
        r.site_id,
        r.patient_id,
        r.reader_id,
        r.exam_no,
        r.exam_date,
        r.overall_response,
        r.overall_response AS overall_without_new,
        r.pd_known_date,
        true AS has_baseline,
        'response_assessment' AS srcdom,
        r.row_id AS srcrow
    FROM harmonised.recorded_response AS r
    INNER JOIN study.recorded_criterion AS c ON r.criterion = c.criterion
    WHERE getvariable('response_source') <> 'derived'
    QUALIFY rank() OVER (
        PARTITION BY r.usubjid, r.course_no, r.site_id, r.patient_id, r.reader_id ORDER BY c.position
    ) = 1
),

response AS (
    SELECT * FROM derived
    UNION ALL BY NAME
    SELECT r.*
    FROM recorded AS r
    ANTI JOIN derived AS d
        ON r.usubjid = d.usubjid AND r.course_no = d.course_no AND r.site_id = d.site_id AND r.patient_id = d.patient_id
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
    r.has_baseline,
    r.srcdom,
    r.srcrow
FROM response AS r
INNER JOIN study.index_event AS i ON r.usubjid = i.usubjid
WHERE r.exam_date <= getvariable('cutoff')
