-- harmonised.baseline_exam: the exam a course's responses are measured against; one row a course and series (site,
-- patient number, reader).
--
-- How it is chosen, and what n_target, baseline_sum_mm and n_nontarget count: baseline_sum. row_ids: every lesion
-- reading of the exam that serves the course.
-- Kept as a view: it repeats what baseline_sum, series and course_exam hold.
WITH reading AS (
    SELECT
        usubjid,
        course_exam_no,
        list_sort(list(row_id)) AS row_ids
    FROM harmonised.course_reading
    WHERE NOT is_after_start
    GROUP BY usubjid, course_exam_no
)

SELECT
    s.usubjid,
    s.course_no,
    s.site_id,
    s.patient_id,
    s.reader_id,
    e.exam_no,
    b.exam_date,
    b.days_before,
    b.n_target,
    b.baseline_sum_mm,
    b.n_nontarget,
    r.row_ids,
    b.series_no
FROM harmonised.baseline_sum AS b
INNER JOIN harmonised.course_exam AS e ON b.course_exam_no = e.course_exam_no
INNER JOIN harmonised.series AS s ON b.series_no = s.series_no
INNER JOIN reading AS r ON s.usubjid = r.usubjid AND b.course_exam_no = r.course_exam_no
