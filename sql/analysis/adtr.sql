-- adtr: tumour results of the persons in the study, up to the cut-off; one row a person, course, exam, reader and
-- parameter, for DIAMETER also a lesion.
--
-- DIAMETER: what a lesion adds to a sum (course_reading.measure_mm; empty: not evaluable, or assessed without a size),
-- on every exam that serves a systemic or HAIC course, the courses before the index included; base is the same lesion
-- on the course's baseline exam. SUMDIAM: the sum of the targets (lesion_sum; empty where a target was not measured)
-- with its baseline and nadir. chg = aval - base; pchg = 100 * chg / base, empty where base is 0. No threshold of a
-- definition enters. is_chosen_reader: the reader whose responses ADRS has for the course. A reading hospital may be
-- another than the index hospital (siteid). ady = adt - index date, negative before it.
WITH tumour_result AS (
    SELECT
        r.* EXCLUDE (site_id, patient_id, exam_date, row_id),
        'DIAMETER' AS paramcd,
        r.site_id AS read_siteid,
        r.patient_id AS read_patient_id,
        r.exam_date AS adt,
        coalesce(r.exam_no = b.exam_no, false) AS is_baseline,
        r.measure_mm::DECIMAL(12, 2) AS aval,
        CASE WHEN r.is_after_start THEN any_value(r.measure_mm) FILTER (r.exam_no = b.exam_no) OVER (
            PARTITION BY r.usubjid, r.course_no, r.site_id, r.patient_id, r.reader_id, r.lesion_id
        ) END::DECIMAL(12, 2) AS base,
        NULL::DECIMAL(12, 2) AS nadir,
        r.row_id AS srcrow
    FROM harmonised.course_reading AS r
    SEMI JOIN study.index_event AS i ON r.usubjid = i.usubjid
    LEFT JOIN harmonised.baseline_exam AS b
        ON r.usubjid = b.usubjid AND r.course_no = b.course_no AND r.site_id = b.site_id
        AND r.patient_id = b.patient_id AND r.reader_id = b.reader_id
    UNION ALL BY NAME
    SELECT
        usubjid, course_no, reader_id, exam_no, 'SUMDIAM' AS paramcd, site_id AS read_siteid,
        patient_id AS read_patient_id, exam_date AS adt, true AS is_baseline, baseline_sum_mm AS aval,
        row_ids[1] AS srcrow
    FROM harmonised.baseline_exam
    WHERE n_target > 0
    UNION ALL BY NAME
    SELECT
        usubjid, course_no, reader_id, exam_no, 'SUMDIAM' AS paramcd, site_id AS read_siteid,
        patient_id AS read_patient_id, exam_date AS adt, false AS is_baseline, sum_mm AS aval, baseline_sum_mm AS base,
        nadir_mm AS nadir, row_ids[1] AS srcrow
    FROM harmonised.lesion_sum
    WHERE n_target > 0
)

SELECT
    c.study_id,
    c.usubjid,
    c.siteid,
    l.course_no,
    l.course_no = i.course_no AS is_index_course,
    l.read_siteid,
    l.read_patient_id,
    l.reader_id,
    r.reader_id IS NOT NULL AS is_chosen_reader,
    l.exam_no,
    l.adt,
    (l.adt - c.index_date)::INTEGER AS ady,
    l.paramcd,
    l.lesion_id,
    l.role,
    l.organ,
    l.aval,
    l.is_baseline,
    l.base,
    (l.aval - l.base)::DECIMAL(12, 2) AS chg,
    100 * (l.aval - l.base)::DOUBLE / nullif(l.base, 0)::DOUBLE AS pchg,
    l.nadir,
    l.nontarget_status,
    l.size_mm,
    'lesion_measurement' AS srcdom,
    l.srcrow
FROM tumour_result AS l
INNER JOIN study.cohort AS c ON l.usubjid = c.usubjid AND c.is_included
INNER JOIN study.index_event AS i ON l.usubjid = i.usubjid
LEFT JOIN study.reader_choice AS r
    ON l.usubjid = r.usubjid AND l.course_no = r.course_no AND l.reader_id = r.reader_id
WHERE l.adt <= getvariable('cutoff')
ORDER BY
    c.usubjid, l.course_no, l.read_siteid, l.read_patient_id, l.reader_id, l.adt, l.exam_no, l.paramcd, l.lesion_id,
    l.srcrow
