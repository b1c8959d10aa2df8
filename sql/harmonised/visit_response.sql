-- harmonised.visit_response: the response on every exam after a course's start, by definition and reader; one row a
-- course, definition, series (site, patient number, reader) and exam.
--
-- How a response is found: exam_response; the sums: exam_sum. With them the person, the exam and the rows behind both;
-- the baseline's are in lesion_sum. new_lesion_row_ids: those of the lesions that make new_lesion Y.
-- Kept as a view: it repeats what exam_response, exam_sum, new_lesion, series and course_exam hold.
WITH new_lesion_rows AS (
    SELECT
        n.usubjid,
        s.course_exam_no,
        flatten(list(n.row_ids ORDER BY n.lesion_id)) AS row_ids
    FROM harmonised.exam_sum AS s
    INNER JOIN harmonised.new_lesion AS n ON s.series_no = n.series_no AND n.detected_date <= s.exam_date
    GROUP BY n.usubjid, s.course_exam_no
)

SELECT
    s.usubjid,
    s.course_no,
    s.site_id,
    s.patient_id,
    s.reader_id,
    s.exam_no,
    s.exam_date,
    s.start_date,
    s.measured_sum_mm,
    s.baseline_date,
    s.baseline_days_before,
    s.n_target,
    s.baseline_sum_mm,
    s.n_nontarget,
    s.sum_mm,
    s.nadir_mm,
    s.nontarget_response,
    r.definition::VARCHAR AS definition,
    r.baseline_status::VARCHAR AS baseline_status,
    r.target_response::VARCHAR AS target_response,
    r.overall_without_new::VARCHAR AS overall_without_new,
    CASE WHEN r.is_new_pd THEN 'Y' ELSE 'N' END AS new_lesion,
    r.overall_response::VARCHAR AS overall_response,
    r.pd_known_date,
    s.row_ids,
    CASE WHEN r.is_new_pd THEN f.row_ids END AS new_lesion_row_ids
FROM harmonised.exam_response AS r
INNER JOIN harmonised.lesion_sum AS s ON r.course_exam_no = s.course_exam_no
LEFT JOIN new_lesion_rows AS f ON s.usubjid = f.usubjid AND s.course_exam_no = f.course_exam_no
