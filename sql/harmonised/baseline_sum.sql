-- harmonised.baseline_sum: the exam a course's responses are measured against, in numbers; one row a series.
--
-- Definition (clinical-definitions 1.2a): the last exam on or before the course's start on which the reader measured
-- every target, with its sum. days_before decides later whether it lies in the window (baseline_window_days), is
-- stale (baseline_fallback_days) or cannot be used. An exam without a target or non-target is no baseline; one without
-- a target (a chest CT beside the scan of the liver) only where the reader measured no target before the start.
-- n_nontarget counts the non-targets of this exam and of those from its day to the start.
-- Choices: a non-target that is gone (CR) on this exam is no part of the disease of this course. All targets that a
-- reader chose are summed, also beyond the number of RECIST 1.1 (the check lesion_measurement.too_many_targets says
-- so). The person, the exam and its rows: baseline_exam.
WITH exam AS (
    SELECT
        series_no,
        course_exam_no,
        exam_no,
        exam_date,
        count(*) FILTER (role = 'TARGET')::INTEGER AS n_target,
        sum(measure_mm) FILTER (role = 'TARGET')::DECIMAL(12, 2) AS baseline_sum_mm,
        list(lesion_id) FILTER (role = 'NONTARGET' AND nontarget_status <> 'CR') AS nontargets,
        bool_and(role <> 'TARGET' OR measure_mm IS NOT NULL) AND bool_or(role <> 'NEW') AS is_complete
    FROM harmonised.course_reading
    WHERE NOT is_after_start
    GROUP BY series_no, course_exam_no, exam_no, exam_date
),

measured AS (
    SELECT
        *,
        len(list_distinct(flatten(list(nontargets) OVER (
            PARTITION BY series_no ORDER BY exam_date RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ))))::INTEGER AS n_nontarget
    FROM exam
    QUALIFY is_complete AND row_number() OVER (
        PARTITION BY series_no ORDER BY is_complete DESC, n_target = 0, exam_date DESC, exam_no DESC
    ) = 1
)

SELECT
    m.series_no,
    m.course_exam_no,
    m.exam_date,
    (s.start_date - m.exam_date)::INTEGER AS days_before,
    m.n_target,
    m.baseline_sum_mm,
    m.n_nontarget
FROM measured AS m
INNER JOIN harmonised.series AS s ON m.series_no = s.series_no
