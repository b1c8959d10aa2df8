-- visit: the response on every exam of one person after a course's start, with what it rests on; one row a course,
-- series (site, patient number, reader) and exam.
--
-- Everything that decides is harmonised.visit_response; the percentages only put its numbers into words.
-- lesions: the baseline's targets as measured on this exam, null where they could not be. recorded: the hospital's own
-- readings, one a criterion. Exams that only have such a reading are here too.
WITH said AS (
    SELECT
        course_no,
        site_id,
        patient_id,
        reader_id,
        exam_no,
        exam_date,
        list(
            struct_pack(
                criterion := criterion, is_across_criteria := is_across_criteria, response := recorded_response,
                agreement := agreement, row_id := recorded_row_id
            )
            ORDER BY criterion
        ) FILTER (criterion IS NOT NULL) AS recorded
    FROM harmonised.response_agreement
    WHERE usubjid = getvariable('person') AND definition = getvariable('definition')
    GROUP BY course_no, site_id, patient_id, reader_id, exam_no, exam_date
),

target AS (
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
        ON r.series_no = l.series_no AND r.lesion_id = l.lesion_id AND l.role = 'TARGET'
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
    a.recorded,
    v.* EXCLUDE (usubjid, course_no, definition, site_id, patient_id, reader_id, exam_no, exam_date, start_date),
    round(100 * (v.measured_sum_mm - v.baseline_sum_mm) / nullif(v.baseline_sum_mm, 0), 1) AS baseline_change_pct,
    round(100 * (v.measured_sum_mm - v.nadir_mm) / nullif(v.nadir_mm, 0), 1) AS nadir_change_pct,
    t.lesions
FROM said AS a
INNER JOIN harmonised.treatment_course AS c ON c.usubjid = getvariable('person') AND a.course_no = c.course_no
LEFT JOIN harmonised.visit_response AS v
    ON v.usubjid = getvariable('person') AND a.course_no = v.course_no AND v.definition = getvariable('definition')
    AND a.site_id = v.site_id AND a.patient_id = v.patient_id AND a.reader_id = v.reader_id AND a.exam_no = v.exam_no
LEFT JOIN target AS t
    ON a.course_no = t.course_no AND a.site_id = t.site_id AND a.patient_id = t.patient_id
    AND a.reader_id = t.reader_id AND a.exam_no = t.exam_no
ORDER BY a.course_no, a.reader_id, a.exam_date, a.site_id, a.exam_no
