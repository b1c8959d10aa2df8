-- harmonised.exam_response: the response on every exam after a course's start, by definition; one row an exam of a
-- series (course_exam, exam_sum) and definition.
--
-- Source: mRECIST (Lencioni & Llovet, Semin Liver Dis 2010;30:52-60) as clinical-definitions 1.3 to 1.6; thresholds are
-- rows of harmonised.definition. Exact decimals and no division. Target: CR before PD before PR before SD; PD against
-- the nadir, only where the sum has grown (a kept CR with nadir 0 is no progression); an incomplete sum is NE unless
-- the measured targets alone are PD. No usable baseline: everything NE (baseline_status says why).
-- New lesions: with `backdate` from the scan of first detection, else from the scan where they met their criteria;
-- every later exam is PD. pd_known_date is the scan on which a PD was known; overall_without_new is the response had
-- no new lesion been accepted: what a study with a cut-off before pd_known_date must use.
-- What does not depend on the definition is in exam_sum; visit_response is both, with the person and the exam.
-- Choices: targets that were all 0 at the baseline count as none until one enhances again; neither target nor
-- non-target disease at the baseline: NE.
WITH response AS ( -- one row, so that a response is a number from the start and no text for millions of rows
    SELECT columns(*)::ENUM ('CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD', 'NE')
    FROM (VALUES ('CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD', 'NE')) AS code (cr, pr, sd, non_cr_non_pd, pd, ne)
),

status AS (
    SELECT columns(*)::ENUM ('OK', 'STALE', 'NONE')
    FROM (VALUES ('OK', 'STALE', 'NONE')) AS code (ok, stale, none)
),

new_lesion_met AS (
    SELECT
        s.course_exam_no,
        min(n.met_date) AS met_date
    FROM harmonised.exam_sum AS s
    INNER JOIN harmonised.new_lesion AS n ON s.series_no = n.series_no AND n.detected_date <= s.exam_date
    GROUP BY s.course_exam_no
),

changed AS (
    SELECT
        s.*,
        f.met_date,
        greatest(s.exam_date, f.met_date) AS new_known_date,
        s.measured_sum_mm - s.nadir_mm AS growth_mm,
        s.baseline_sum_mm - s.sum_mm AS shrinkage_mm
    FROM harmonised.exam_sum AS s
    LEFT JOIN new_lesion_met AS f ON s.course_exam_no = f.course_exam_no
),

judged AS (
    SELECT
        r.*,
        t.none,
        s.course_exam_no,
        s.exam_date,
        s.nontarget_response,
        s.new_known_date,
        d.definition,
        coalesce(s.met_date <= s.exam_date OR (d.backdate AND s.met_date IS NOT NULL), false) AS has_new,
        CASE
            WHEN s.baseline_days_before <= d.baseline_window_days THEN t.ok
            WHEN s.baseline_days_before <= d.baseline_fallback_days THEN t.stale
            ELSE t.none
        END AS baseline_status,
        CASE
            WHEN s.n_target = 0 OR (s.all_gone AND s.baseline_sum_mm = 0) THEN NULL
            WHEN s.all_gone THEN r.cr
            WHEN
                s.growth_mm > 0
                AND s.growth_mm >= d.pd_abs_mm
                AND (
                    100.0 * s.growth_mm > d.pd_pct * s.nadir_mm
                    OR (d.pd_inclusive AND 100.0 * s.growth_mm = d.pd_pct * s.nadir_mm)
                )
                THEN r.pd
            WHEN s.sum_mm IS NULL THEN r.ne
            WHEN
                100.0 * s.shrinkage_mm > d.pr_pct * s.baseline_sum_mm
                OR (d.pr_inclusive AND 100.0 * s.shrinkage_mm = d.pr_pct * s.baseline_sum_mm)
                THEN r.pr
            ELSE r.sd
        END AS target_response
    FROM changed AS s
    CROSS JOIN harmonised.definition AS d
    CROSS JOIN response AS r
    CROSS JOIN status AS t
    WHERE d.is_derived
),

combined AS (
    SELECT
        * EXCLUDE (target_response),
        CASE WHEN baseline_status = none THEN ne ELSE target_response END AS target_response,
        has_new AND baseline_status <> none AS is_new_pd,
        CASE
            WHEN baseline_status = none THEN ne
            WHEN target_response = pd OR nontarget_response = 'PD' THEN pd
            WHEN target_response IS NULL AND nontarget_response = 'CR' THEN cr
            WHEN target_response IS NULL AND nontarget_response = 'IRSD' THEN non_cr_non_pd
            WHEN target_response IS NULL THEN ne
            WHEN target_response = cr AND nontarget_response <> 'CR' THEN pr
            ELSE target_response
        END AS overall_without_new
    FROM judged
)

SELECT
    course_exam_no,
    definition,
    baseline_status,
    target_response,
    overall_without_new,
    is_new_pd,
    CASE WHEN is_new_pd THEN pd ELSE overall_without_new END AS overall_response,
    CASE WHEN overall_without_new = pd THEN exam_date WHEN is_new_pd THEN new_known_date END AS pd_known_date
FROM combined
