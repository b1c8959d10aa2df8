-- harmonised.baseline_exam: the exam a course's responses are measured against; one row a course and series
-- (site, patient number, reader).
--
-- Definition (clinical-definitions 1.2a): the last exam on or before the course's start on which the reader measured
-- every target, with its sum. days_before decides later whether it lies in the window (baseline_window_days), is
-- stale (baseline_fallback_days) or cannot be used. An exam without a target or non-target is no baseline.
-- Choices: a non-target that is gone (CR) on this exam is no part of the disease of this course. All targets that a
-- reader chose are summed, also beyond the 5 of RECIST 1.1 (max_targets is a matter of data quality).
SELECT
    usubjid,
    course_no,
    site_id,
    patient_id,
    reader_id,
    exam_no,
    exam_date,
    (any_value(start_date) - exam_date)::INTEGER AS days_before,
    count(*) FILTER (role = 'TARGET')::INTEGER AS n_target,
    sum(measure_mm) FILTER (role = 'TARGET')::DECIMAL(12, 2) AS baseline_sum_mm,
    count(*) FILTER (role = 'NONTARGET' AND nontarget_status <> 'CR')::INTEGER AS n_nontarget,
    list(row_id ORDER BY row_id) AS row_ids
FROM harmonised.course_reading
WHERE NOT is_after_start
GROUP BY usubjid, course_no, site_id, patient_id, reader_id, exam_no, exam_date
HAVING bool_and(role <> 'TARGET' OR measure_mm IS NOT NULL) AND bool_or(role <> 'NEW')
QUALIFY row_number() OVER (
    PARTITION BY usubjid, course_no, site_id, patient_id, reader_id ORDER BY exam_date DESC, exam_no DESC
) = 1
