-- harmonised.exam_sum: sums of the target lesions, and what was seen of the others, on every exam after a course's
-- start; one row a series and exam (course_exam). No threshold of a definition enters here. Its rows: lesion_sum.
--
-- Definitions (mRECIST, Lencioni & Llovet 2010; clinical-definitions 1.3, 1.4): sum_mm is the sum when every target
-- of the baseline was measured, else null (NE); measured_sum_mm is the sum of those that were. nadir_mm is the
-- smallest complete sum before this exam's day, the baseline's included: an incomplete sum never becomes a nadir.
-- Lesions added later are not summed. all_gone: every non-nodal target 0 and every nodal one under 10 mm, all
-- measured. nontarget_response: PD where one progresses; else IRSD where one still enhances, or a lesion of an
-- earlier course that the reader calls new is still there; else NE where one of the baseline's was not assessed;
-- else CR. Null: none at the baseline and none recorded since. Choices: exams of one day do not see each other's
-- sum. The contract has no code for a target that split or merged: its reader writes the sum of the fragments under
-- its own name, or the longest of the merged mass under one and the others as absent (RECIST 1.1); else the sum is
-- incomplete (NE).
WITH exam AS (
    SELECT
        r.course_exam_no,
        count(r.measure_mm) FILTER (l.role = 'TARGET')::INTEGER AS n_measured,
        sum(r.measure_mm) FILTER (l.role = 'TARGET')::DECIMAL(12, 2) AS measured_sum_mm,
        bool_and(CASE WHEN l.is_node THEN r.measure_mm < 10 ELSE r.measure_mm = 0 END) FILTER (l.role = 'TARGET')
            AS is_gone,
        coalesce(bool_or(r.nontarget_status = 'PD') FILTER (r.role = 'NONTARGET'), false) AS has_pd,
        coalesce(bool_or(r.nontarget_status = 'IRSD') FILTER (r.role = 'NONTARGET'), false)
        OR coalesce(
            bool_or(r.is_seen AND r.organ <> 'EFFUSION' AND r.role = 'NEW') FILTER (l.role = 'PRESENT'), false
        ) AS has_irsd,
        count(*) FILTER (l.role = 'NONTARGET' AND r.nontarget_status = 'CR') AS n_gone
    FROM harmonised.course_reading AS r
    LEFT JOIN harmonised.baseline_lesion AS l ON r.series_no = l.series_no AND r.lesion_id = l.lesion_id
    WHERE r.is_after_start
    GROUP BY r.course_exam_no
),

summed AS (
    SELECT
        c.course_exam_no,
        c.series_no,
        c.exam_date,
        e.* EXCLUDE (course_exam_no),
        b.days_before AS baseline_days_before,
        b.n_target,
        b.baseline_sum_mm,
        b.n_nontarget,
        CASE WHEN e.n_measured = b.n_target THEN e.measured_sum_mm END AS sum_mm
    FROM exam AS e
    INNER JOIN harmonised.course_exam AS c ON e.course_exam_no = c.course_exam_no
    LEFT JOIN harmonised.baseline_exam AS b ON c.series_no = b.series_no
)

SELECT
    * EXCLUDE (is_gone, has_pd, has_irsd, n_gone),
    sum_mm IS NOT NULL AND is_gone AS all_gone,
    least(baseline_sum_mm, min(sum_mm) OVER earlier) AS nadir_mm,
    CASE
        WHEN has_pd THEN 'PD'
        WHEN has_irsd THEN 'IRSD'
        WHEN n_nontarget > n_gone THEN 'NE'
        WHEN n_nontarget > 0 THEN 'CR'
    END AS nontarget_response
FROM summed
WINDOW earlier AS (
    PARTITION BY series_no ORDER BY exam_date GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
)
