-- baseline: the exam that each course of one person is measured against, by series (site, patient number, reader).
--
-- lesions: the measured targets. status OK, STALE or NONE: how far before the start it lies (harmonised.definition).
SELECT
    b.course_no,
    b.site_id,
    b.patient_id,
    b.reader_id,
    b.exam_no,
    b.exam_date,
    b.days_before,
    b.n_target,
    b.n_nontarget,
    b.baseline_sum_mm,
    CASE
        WHEN b.days_before <= d.baseline_window_days THEN 'OK'
        WHEN b.days_before <= d.baseline_fallback_days THEN 'STALE'
        ELSE 'NONE'
    END AS status,
    list(
        struct_pack(lesion_id := r.lesion_id, organ := r.organ, measure_mm := r.measure_mm) ORDER BY r.lesion_id
    ) FILTER (r.role = 'TARGET') AS lesions,
    b.row_ids
FROM harmonised.baseline_exam AS b
INNER JOIN harmonised.definition AS d ON d.definition = getvariable('definition')
LEFT JOIN harmonised.course_reading AS r
    ON b.usubjid = r.usubjid AND b.course_no = r.course_no AND b.site_id = r.site_id AND b.patient_id = r.patient_id
    AND b.reader_id = r.reader_id AND b.exam_no = r.exam_no
WHERE b.usubjid = getvariable('person')
GROUP BY ALL
ORDER BY b.course_no, b.reader_id, b.site_id
