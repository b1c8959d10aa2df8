-- harmonised.lesion_sum: sums of the target lesions, and what was seen of the others, on every exam after a course's
-- start; one row a course, series (site, patient number, reader) and exam.
--
-- How each is found: exam_sum. With it the person and the exam, the baseline it is measured against, and the rows of
-- both: row_ids are every lesion reading that serves the course on this exam.
-- Kept as a view: it repeats what exam_sum, series, course_exam and baseline_exam hold.
WITH reading AS (
    SELECT
        usubjid,
        course_exam_no,
        list_sort(list(row_id)) AS row_ids
    FROM harmonised.course_reading
    GROUP BY usubjid, course_exam_no
)

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
    r.row_ids,
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
INNER JOIN reading AS r ON s.usubjid = r.usubjid AND e.course_exam_no = r.course_exam_no
LEFT JOIN harmonised.baseline_exam AS b ON e.series_no = b.series_no
