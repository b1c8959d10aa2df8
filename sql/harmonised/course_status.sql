-- harmonised.course_status: the general condition a person began a systemic or HAIC course with; one row a course.
--
-- Definition: the last baseline_status on or before the start, at most baseline_status_days (42, ours) before it, at
-- any hospital; null where there is none. An empty item stays empty: an earlier assessment does not fill it.
-- Choices: of two on a day the course's own hospital's comes first. lt_candidate empty counts as N and is flagged.
WITH last_one AS (
    SELECT
        c.usubjid,
        c.course_no,
        b.*
    FROM validated.baseline_status AS b
    INNER JOIN harmonised.person AS p ON b.site_id = p.site_id AND b.patient_id = p.patient_id
    INNER JOIN harmonised.treatment_course AS c ON p.usubjid = c.usubjid AND c.has_response
    INNER JOIN harmonised.definition AS d ON d.is_default
    WHERE b.assess_date <= c.start_date AND c.start_date - b.assess_date <= d.baseline_status_days
    QUALIFY row_number() OVER (
        PARTITION BY c.course_id ORDER BY b.assess_date DESC, b.site_id <> c.site_id, b.row_id DESC
    ) = 1
)

SELECT
    c.usubjid,
    c.course_no,
    c.start_date AS ref_date,
    s.assess_date,
    s.ecog::INTEGER AS ecog,
    s.ecog_raw,
    s.ascites,
    s.encephalopathy,
    s.weight_kg,
    s.height_cm,
    s.bclc_recorded,
    s.child_pugh_score_recorded::INTEGER AS child_pugh_score_recorded,
    s.child_pugh_class_recorded,
    s.muicc_recorded,
    coalesce(s.lt_candidate, 'N') AS lt_candidate,
    s.lt_candidate IS NULL AS is_lt_candidate_assumed,
    s.site_id AS status_site_id,
    s.row_id AS status_row_id
FROM harmonised.treatment_course AS c
LEFT JOIN last_one AS s ON c.usubjid = s.usubjid AND c.course_no = s.course_no
WHERE c.has_response
