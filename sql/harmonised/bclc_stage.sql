-- harmonised.bclc_stage: BCLC stage before every systemic or HAIC course, derived beside recorded; one row a course.
--
-- Source: BCLC 2022, Reig et al., J Hepatol 2022;76:681-693. In order: D for ECOG 3-4, or Child-Pugh C without being
-- a transplant candidate; C for macrovascular invasion (Vp or Vv >= 1), extrahepatic spread (nodes count) or ECOG 1-2;
-- B for infiltrative or diffuse disease; 0 for a single nodule up to 20 mm; A for a single one of any size or up to
-- three of at most 30 mm; else B. Substage of B: B3 diffuse, infiltrative or uncountable in both lobes; B1 candidate
-- for transplantation; else B2. Bile duct invasion is no criterion.
-- Missing ECOG or Child-Pugh: no stage unless D is certain; the recorded Child-Pugh is never used instead. A missing
-- vessel, spread, number or size: no stage where it could change it. is_liver_not_preserved: B7 or worse (ours).
-- decompensated is the variant that sends ascites, encephalopathy or jaundice (bilirubin over 3 mg/dL) without
-- candidacy to D. The recorded stage is never overwritten: agreement says how the two compare.
WITH input AS (
    SELECT
        s.*,
        t.* EXCLUDE (usubjid, course_no, ref_date),
        p.score AS child_pugh_score,
        p.class AS child_pugh_class,
        p.row_ids AS child_pugh_row_ids,
        l.bili_mg_dl,
        t.n_nodules = 1 OR (t.n_nodules <= 3 AND t.max_diam_mm <= 30) AS is_early,
        t.infiltrative = 'Y' OR (t.n_nodules = 99 AND t.bilobar = 'Y') AS is_diffuse,
        s.ecog >= 1 OR t.has_portal_invasion OR t.has_hepatic_vein_invasion OR t.has_extrahepatic_spread
            AS is_advanced
    FROM harmonised.course_status AS s
    INNER JOIN harmonised.course_tumour AS t ON s.usubjid = t.usubjid AND s.course_no = t.course_no
    INNER JOIN harmonised.child_pugh AS p ON s.usubjid = p.usubjid AND s.course_no = p.course_no
    INNER JOIN harmonised.course_liver AS l ON s.usubjid = l.usubjid AND s.course_no = l.course_no
),

staged AS (
    SELECT
        *,
        CASE
            WHEN ecog >= 3 OR (child_pugh_class = 'C' AND lt_candidate <> 'Y') THEN 'D'
            WHEN ecog IS NULL OR child_pugh_class IS NULL THEN NULL
            WHEN is_advanced THEN 'C'
            WHEN is_advanced IS NULL THEN NULL
            WHEN infiltrative = 'Y' THEN 'B'
            WHEN n_nodules = 0 THEN NULL
            WHEN n_nodules = 1 AND max_diam_mm <= 20 THEN '0'
            WHEN n_nodules = 1 AND max_diam_mm IS NULL THEN NULL
            WHEN is_early THEN 'A'
            WHEN NOT is_early THEN 'B'
        END AS derived
    FROM input
)

SELECT
    usubjid,
    course_no,
    ref_date,
    derived,
    bclc_recorded AS recorded,
    CASE
        WHEN derived IS NULL AND bclc_recorded IS NULL THEN NULL
        WHEN derived IS NULL THEN 'RECORDED_ONLY'
        WHEN bclc_recorded IS NULL THEN 'DERIVED_ONLY'
        WHEN derived = bclc_recorded THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    CASE WHEN derived = 'B' AND is_diffuse THEN 'B3' WHEN derived = 'B' AND lt_candidate = 'Y' THEN 'B1'
        WHEN derived = 'B' THEN 'B2' END AS substage,
    child_pugh_score >= 7 AS is_liver_not_preserved,
    has_bile_duct_invasion,
    CASE
        WHEN lt_candidate <> 'Y' AND (ascites <> 'NONE' OR encephalopathy <> 'NONE' OR bili_mg_dl > 3) THEN 'D'
        ELSE derived
    END AS decompensated,
    list_sort(list_distinct(child_pugh_row_ids || [status_row_id, tumour_row_id])) AS row_ids
FROM staged
