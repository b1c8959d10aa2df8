-- harmonised.albi: albumin-bilirubin score and grades before every systemic or HAIC course; one row a course.
--
-- Source: Johnson et al., J Clin Oncol 2015;33:550-558: 0.66 * log10(bilirubin umol/L) - 0.085 * albumin g/L; grade 1
-- up to -2.60, 2 up to -1.39, 3 above. mALBI (Hiraoka et al.) parts grade 2 at -2.27: 2a below, 2b from -2.27 on
-- (equality to 2b is our choice). Bilirubin mg/dL * 17.1, albumin g/dL * 10. Unrounded: round only for display.
WITH scored AS (
    SELECT
        usubjid,
        course_no,
        ref_date,
        bili_mg_dl,
        alb_g_dl,
        CASE WHEN bili_mg_dl > 0 THEN 0.66 * log10(bili_mg_dl * 17.1) - 0.085 * (alb_g_dl * 10) END::DOUBLE AS albi,
        list_filter([bili_row_id, alb_row_id], lambda row_id: row_id IS NOT NULL) AS row_ids
    FROM harmonised.course_liver
)

SELECT
    *,
    CASE WHEN albi <= -2.60 THEN '1' WHEN albi <= -1.39 THEN '2' WHEN albi IS NOT NULL THEN '3' END AS grade,
    CASE
        WHEN albi <= -2.60 THEN '1'
        WHEN albi < -2.27 THEN '2a'
        WHEN albi <= -1.39 THEN '2b'
        WHEN albi IS NOT NULL THEN '3'
    END AS malbi
FROM scored
