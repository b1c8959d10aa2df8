-- harmonised.visit_response: the response on every exam after a course's start, by definition and reader; one row a
-- course, definition, series (site, patient number, reader) and exam.
--
-- Source: mRECIST (Lencioni & Llovet, Semin Liver Dis 2010;30:52-60) as clinical-definitions 1.3 to 1.6; thresholds are
-- rows of harmonised.definition. Exact decimals and no division. Target: CR before PD before PR before SD; PD against
-- the nadir, only where the sum has grown (a kept CR with nadir 0 is no progression); an incomplete sum is NE unless
-- the measured targets alone are PD. No usable baseline: everything NE (baseline_status says why).
-- New lesions: with `backdate` from the scan of first detection, else from the scan where they met their criteria;
-- every later exam is PD. pd_known_date is the scan on which a PD was known; overall_without_new is the response had
-- no new lesion been accepted: what a study with a cut-off before pd_known_date must use.
-- What does not depend on the definition and is not repeated here, the baseline's rows included, is in lesion_sum.
-- Choices: targets that were all 0 at the baseline count as none until one enhances again; neither target nor
-- non-target disease at the baseline: NE.
WITH fresh AS (
    SELECT
        s.course_no,
        s.site_id,
        s.patient_id,
        s.reader_id,
        s.exam_no,
        min(n.met_date) AS met_date,
        flatten(list(n.row_ids ORDER BY n.lesion_id)) AS row_ids
    FROM harmonised.lesion_sum AS s
    INNER JOIN harmonised.new_lesion AS n
        ON s.course_no = n.course_no AND s.site_id = n.site_id AND s.patient_id = n.patient_id
        AND s.reader_id = n.reader_id AND n.detected_date <= s.exam_date
    GROUP BY s.course_no, s.site_id, s.patient_id, s.reader_id, s.exam_no
),

-- what does not depend on the definition, once for all of them
seen AS (
    SELECT
        s.* EXCLUDE (n_measured, baseline_exam_no, baseline_row_ids),
        f.met_date,
        f.row_ids AS new_lesion_row_ids,
        greatest(s.exam_date, f.met_date) AS new_known_date
    FROM harmonised.lesion_sum AS s
    LEFT JOIN fresh AS f
        ON s.course_no = f.course_no AND s.site_id = f.site_id AND s.patient_id = f.patient_id
        AND s.reader_id = f.reader_id AND s.exam_no = f.exam_no
),

judged AS (
    SELECT
        s.* EXCLUDE (met_date, all_gone),
        d.definition,
        coalesce(s.met_date <= s.exam_date OR (d.backdate AND s.met_date IS NOT NULL), false) AS has_new,
        CASE
            WHEN s.baseline_days_before <= d.baseline_window_days THEN 'OK'
            WHEN s.baseline_days_before <= d.baseline_fallback_days THEN 'STALE'
            ELSE 'NONE'
        END AS baseline_status,
        CASE
            WHEN s.n_target = 0 OR (s.all_gone AND s.baseline_sum_mm = 0) THEN NULL
            WHEN s.all_gone THEN 'CR'
            WHEN
                s.measured_sum_mm > s.nadir_mm
                AND s.measured_sum_mm - s.nadir_mm >= d.pd_abs_mm
                AND (
                    100 * (s.measured_sum_mm - s.nadir_mm) > d.pd_pct * s.nadir_mm
                    OR (d.pd_inclusive AND 100 * (s.measured_sum_mm - s.nadir_mm) = d.pd_pct * s.nadir_mm)
                )
                THEN 'PD'
            WHEN s.sum_mm IS NULL THEN 'NE'
            WHEN
                100 * (s.baseline_sum_mm - s.sum_mm) > d.pr_pct * s.baseline_sum_mm
                OR (d.pr_inclusive AND 100 * (s.baseline_sum_mm - s.sum_mm) = d.pr_pct * s.baseline_sum_mm)
                THEN 'PR'
            ELSE 'SD'
        END AS target_response
    FROM seen AS s
    CROSS JOIN harmonised.definition AS d
    WHERE d.is_derived
),

combined AS (
    SELECT
        * EXCLUDE (target_response),
        CASE WHEN baseline_status = 'NONE' THEN 'NE' ELSE target_response END AS target_response,
        has_new AND baseline_status <> 'NONE' AS is_new_pd,
        CASE
            WHEN baseline_status = 'NONE' THEN 'NE'
            WHEN target_response = 'PD' OR nontarget_response = 'PD' THEN 'PD'
            WHEN target_response IS NULL AND nontarget_response = 'CR' THEN 'CR'
            WHEN target_response IS NULL AND nontarget_response = 'IRSD' THEN 'NON-CR/NON-PD'
            WHEN target_response IS NULL THEN 'NE'
            WHEN target_response = 'CR' AND nontarget_response <> 'CR' THEN 'PR'
            ELSE target_response
        END AS overall_without_new
    FROM judged
)

SELECT
    c.* EXCLUDE (has_new, is_new_pd, new_known_date, new_lesion_row_ids, row_ids),
    CASE WHEN is_new_pd THEN 'Y' ELSE 'N' END AS new_lesion,
    CASE WHEN is_new_pd THEN 'PD' ELSE overall_without_new END AS overall_response,
    CASE WHEN overall_without_new = 'PD' THEN c.exam_date WHEN is_new_pd THEN new_known_date END AS pd_known_date,
    c.row_ids,
    CASE WHEN is_new_pd THEN new_lesion_row_ids END AS new_lesion_row_ids
FROM combined AS c
