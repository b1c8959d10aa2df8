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
WITH lesion AS (
    SELECT
        r.course_exam_no,
        r.series_no,
        r.exam_date,
        l.is_node,
        CASE WHEN l.role = 'TARGET' THEN r.measure_mm END AS target_mm,
        CASE WHEN r.role = 'NONTARGET' THEN r.nontarget_status END AS nontarget_status,
        l.role = 'NONTARGET' AND r.nontarget_status = 'CR' AS is_gone_nontarget,
        l.role = 'PRESENT' AND r.role = 'NEW' AND r.is_seen AND r.organ <> 'EFFUSION' AS is_earlier_new
    FROM harmonised.course_reading AS r
    LEFT JOIN harmonised.baseline_lesion AS l ON r.series_no = l.series_no AND r.lesion_id = l.lesion_id
    WHERE r.is_after_start
),

exam AS (
    SELECT
        course_exam_no,
        series_no,
        exam_date,
        count(target_mm)::INTEGER AS n_measured,
        sum(target_mm)::DECIMAL(12, 2) AS measured_sum_mm,
        bool_and(CASE WHEN is_node THEN target_mm < 10 ELSE target_mm = 0 END) AS is_gone,
        bool_or(nontarget_status = 'PD') AS has_pd,
        bool_or(nontarget_status = 'IRSD' OR is_earlier_new) AS has_irsd,
        count_if(is_gone_nontarget) AS n_gone
    FROM lesion
    GROUP BY course_exam_no, series_no, exam_date
),

summed AS (
    SELECT
        e.*,
        b.days_before AS baseline_days_before,
        b.n_target,
        b.baseline_sum_mm,
        b.n_nontarget,
        CASE WHEN e.n_measured = b.n_target THEN e.measured_sum_mm END AS sum_mm
    FROM exam AS e
    LEFT JOIN harmonised.baseline_sum AS b ON e.series_no = b.series_no
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
