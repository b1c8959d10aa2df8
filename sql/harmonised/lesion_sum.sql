-- harmonised.lesion_sum: sums of the target lesions, and what was seen of the others, on every exam after a course's
-- start; one row a course, series (site, patient number, reader) and exam.
--
-- How each is found: exam_sum. With it the person and the exam, and the baseline it is measured against.
-- Kept as a view: it repeats what exam_sum, series, course_exam and baseline_exam hold.
SELECT
    s.usubjid,
    s.course_no,
    s.site_id,
    s.patient_id,
    s.reader_id,
    c.exam_no,
    e.exam_date,
    s.start_date,
    e.n_measured,
    e.measured_sum_mm,
    e.row_ids,
    b.exam_date AS baseline_date,
    b.exam_no AS baseline_exam_no,
    e.baseline_days_before,
    e.n_target,
    e.baseline_sum_mm,
    e.n_nontarget,
    b.row_ids AS baseline_row_ids,
    e.sum_mm,
    e.all_gone,
    e.nadir_mm,
    e.nontarget_response,
    e.series_no,
    e.course_exam_no
FROM harmonised.exam_sum AS e
INNER JOIN harmonised.course_exam AS c ON e.course_exam_no = c.course_exam_no
INNER JOIN harmonised.series AS s ON e.series_no = s.series_no
LEFT JOIN harmonised.baseline_exam AS b ON e.series_no = b.series_no
