-- visit: the response on every exam of one person after a course's start, with what it rests on; one row a course,
-- series (site, patient number, reader) and exam.
--
-- Everything that decides is harmonised.visit_response; the percentages only put its numbers into words.
-- lesions: the baseline's targets as measured on this exam, null where they could not be. recorded_response is the
-- hospital's own mRECIST reading. Exams that only have such a reading are here too.
WITH target AS (
    SELECT
        r.course_no,
        r.site_id,
        r.patient_id,
        r.reader_id,
        r.exam_no,
        list(
            struct_pack(lesion_id := l.lesion_id, organ := r.organ, measure_mm := r.measure_mm) ORDER BY l.lesion_id
        ) AS lesions
    FROM harmonised.course_reading AS r
    INNER JOIN harmonised.baseline_lesion AS l
        ON r.usubjid = l.usubjid AND r.course_no = l.course_no AND r.site_id = l.site_id
        AND r.patient_id = l.patient_id AND r.reader_id = l.reader_id AND r.lesion_id = l.lesion_id
        AND l.role = 'TARGET'
    WHERE r.usubjid = getvariable('person') AND r.is_after_start
    GROUP BY r.course_no, r.site_id, r.patient_id, r.reader_id, r.exam_no
)

SELECT
    a.course_no,
    a.site_id,
    a.patient_id,
    a.reader_id,
    a.exam_no,
    a.exam_date,
    a.exam_date - c.start_date AS day,
    a.recorded_response,
    a.agreement,
    a.recorded_row_id,
    v.* EXCLUDE (usubjid, course_no, definition, site_id, patient_id, reader_id, exam_no, exam_date, start_date),
    round(100 * (v.measured_sum_mm - v.baseline_sum_mm) / nullif(v.baseline_sum_mm, 0), 1) AS baseline_change_pct,
    round(100 * (v.measured_sum_mm - v.nadir_mm) / nullif(v.nadir_mm, 0), 1) AS nadir_change_pct,
    t.lesions
FROM harmonised.response_agreement AS a
INNER JOIN harmonised.treatment_course AS c ON a.usubjid = c.usubjid AND a.course_no = c.course_no
LEFT JOIN harmonised.visit_response AS v
    ON a.usubjid = v.usubjid AND a.course_no = v.course_no AND a.definition = v.definition AND a.site_id = v.site_id
    AND a.patient_id = v.patient_id AND a.reader_id = v.reader_id AND a.exam_no = v.exam_no
LEFT JOIN target AS t
    ON a.course_no = t.course_no AND a.site_id = t.site_id AND a.patient_id = t.patient_id
    AND a.reader_id = t.reader_id AND a.exam_no = t.exam_no
WHERE a.usubjid = getvariable('person') AND a.definition = getvariable('definition')
ORDER BY a.course_no, a.reader_id, a.exam_date, a.site_id, a.exam_no
