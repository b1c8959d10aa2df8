-- harmonised.muicc_stage: modified UICC stage before every systemic or HAIC course; one row a course.
--
-- Source: Liver Cancer Study Group of Japan, as PMC9747269 table 5. Criteria: single; at most 20 mm; no vascular or
-- bile duct invasion (Vp0 Vv0 B0). T1 three met, T2 two, T3 one, T4 none. I T1N0M0; II T2N0M0; III T3N0M0; IVA T4N0M0
-- or N1M0; IVB M1. Infiltrative disease without a number is not single. Any criterion unknown: no T, and a stage only
-- where N1 or M1 decides. What counts as N1 and M1, and empty vessels: harmonised.course_tumour.
WITH criterion AS (
    SELECT
        t.*,
        s.muicc_recorded,
        s.status_row_id,
        coalesce(t.n_nodules = 1, CASE WHEN t.infiltrative = 'Y' THEN false END)::INTEGER
        + (t.max_diam_mm <= 20)::INTEGER
        + (NOT (t.has_portal_invasion OR t.has_hepatic_vein_invasion OR t.has_bile_duct_invasion))::INTEGER AS n_met
    FROM harmonised.course_tumour AS t
    INNER JOIN harmonised.course_status AS s ON t.usubjid = s.usubjid AND t.course_no = s.course_no
),

staged AS (
    SELECT
        *,
        4 - n_met AS t_stage,
        CASE
            WHEN is_m1 THEN 'IVB'
            WHEN is_m1 IS NULL THEN NULL
            WHEN is_n1 OR n_met = 0 THEN 'IVA'
            WHEN n_met = 1 THEN 'III'
            WHEN n_met = 2 THEN 'II'
            WHEN n_met = 3 THEN 'I'
        END AS derived
    FROM criterion
)

SELECT
    usubjid,
    course_no,
    ref_date,
    t_stage::INTEGER AS t_stage,
    is_n1,
    is_m1,
    derived,
    muicc_recorded AS recorded,
    CASE
        WHEN derived IS NULL AND muicc_recorded IS NULL THEN NULL
        WHEN derived IS NULL THEN 'RECORDED_ONLY'
        WHEN muicc_recorded IS NULL THEN 'DERIVED_ONLY'
        WHEN derived = muicc_recorded THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    list_filter([status_row_id, tumour_row_id], lambda row_id: row_id IS NOT NULL) AS row_ids
FROM staged
