-- harmonised.course_tumour: the extent of disease a person began a systemic or HAIC course with; one row a course.
--
-- Definition: the last tumour_baseline on or before the start, at most baseline_status_days (42, ours) before it, at
-- any hospital; null where there is none. An empty item stays empty.
-- Vessels (Liver Cancer Study Group of Japan): has_portal_invasion is Vp1 or more, or a thrombus of unknown level.
-- Choices: the contract lets hepatic vein, bile duct and nodes be left out where a hospital does not record them:
-- empty counts as not invaded. is_m1 is spread other than to nodes; where a hospital says only `spread` and `nodes`,
-- the nodes are the spread. is_beyond_reflect: 50 % of the liver or more, main portal vein, or bile duct (B >= 1), as
-- in the REFLECT trial's exclusions; null where none of the three is there and one is unknown.
WITH last_one AS (
    SELECT
        c.usubjid,
        c.course_no,
        b.*
    FROM validated.tumour_baseline AS b
    INNER JOIN harmonised.person AS p ON b.site_id = p.site_id AND b.patient_id = p.patient_id
    INNER JOIN harmonised.treatment_course AS c ON p.usubjid = c.usubjid AND c.has_response
    INNER JOIN harmonised.definition AS d ON d.is_default
    WHERE b.img_date <= c.start_date AND c.start_date - b.img_date <= d.baseline_status_days
    QUALIFY row_number() OVER (
        PARTITION BY c.course_id ORDER BY b.img_date DESC, b.site_id <> c.site_id, b.row_id DESC
    ) = 1
)

SELECT
    c.usubjid,
    c.course_no,
    c.start_date AS ref_date,
    t.img_date,
    t.n_nodules::INTEGER AS n_nodules,
    t.max_diam_mm,
    t.infiltrative,
    t.bilobar,
    t.vp::INTEGER AS vp,
    t.pvtt,
    t.vv::INTEGER AS vv,
    t.bile_duct::INTEGER AS bile_duct,
    t.ehs,
    t.nodal,
    t.ehs_sites,
    t.liver_involvement_pct,
    t.vp >= 1 OR coalesce(t.pvtt = 'Y', false) AS has_portal_invasion,
    CASE WHEN t.row_id IS NOT NULL THEN coalesce(t.vv >= 1, false) END AS has_hepatic_vein_invasion,
    CASE WHEN t.row_id IS NOT NULL THEN coalesce(t.bile_duct >= 1, false) END AS has_bile_duct_invasion,
    t.ehs = 'Y' OR coalesce(t.nodal = 'Y', false) AS has_extrahepatic_spread,
    CASE WHEN t.row_id IS NOT NULL THEN coalesce(t.nodal = 'Y', false) END AS is_n1,
    t.ehs = 'Y' AND (
        coalesce(t.nodal <> 'Y', true)
        OR coalesce(
            len(list_filter(
                string_split_regex(t.ehs_sites, '[,;/+&]'),
                lambda site: trim(site) <> '' AND NOT regexp_matches(site, '(?i)\bLN|node|림프')
            )) > 0, false
        )
    ) AS is_m1,
    t.liver_involvement_pct >= 50 OR t.vp = 4 OR coalesce(t.bile_duct >= 1, false) AS is_beyond_reflect,
    t.site_id AS tumour_site_id,
    t.row_id AS tumour_row_id
FROM harmonised.treatment_course AS c
LEFT JOIN last_one AS t ON c.usubjid = t.usubjid AND c.course_no = t.course_no
WHERE c.has_response
