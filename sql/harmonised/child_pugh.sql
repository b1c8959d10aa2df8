-- harmonised.child_pugh: Child-Pugh points, score and class before every systemic or HAIC course; one row a course.
--
-- Source: Pugh et al., Br J Surg 1973;60:646-649, with INR: bilirubin <2, 2-3, >3 mg/dL; albumin >3.5, 2.8-3.5,
-- <2.8 g/dL; INR <1.7, 1.7-2.3, >2.3; ascites none, mild, moderate or severe; encephalopathy none, grade 1-2, 3-4. The
-- boundaries themselves score 2. A is 5-6, B 7-9, C 10-15. Any of the five missing: no score and no class.
-- Choices: exact decimals after conversion of units; cut points for cholestatic disease are not used. The
-- recorded score and class stand beside and are never used instead; agreement compares scores, or classes where the
-- hospital recorded only the class.
WITH point AS (
    SELECT
        l.*,
        s.child_pugh_score_recorded AS score_recorded,
        s.child_pugh_class_recorded AS class_recorded,
        s.status_row_id,
        CASE WHEN l.bili_mg_dl < 2 THEN 1 WHEN l.bili_mg_dl <= 3 THEN 2 WHEN l.bili_mg_dl IS NOT NULL THEN 3 END
            AS bili_points,
        CASE WHEN l.alb_g_dl > 3.5 THEN 1 WHEN l.alb_g_dl >= 2.8 THEN 2 WHEN l.alb_g_dl IS NOT NULL THEN 3 END
            AS alb_points,
        CASE WHEN l.inr < 1.7 THEN 1 WHEN l.inr <= 2.3 THEN 2 WHEN l.inr IS NOT NULL THEN 3 END AS inr_points,
        CASE s.ascites WHEN 'NONE' THEN 1 WHEN 'MILD' THEN 2 WHEN 'MODERATE' THEN 3 WHEN 'SEVERE' THEN 3 END
            AS ascites_points,
        CASE s.encephalopathy
            WHEN 'NONE' THEN 1 WHEN 'G1' THEN 2 WHEN 'G2' THEN 2 WHEN 'G3' THEN 3 WHEN 'G4' THEN 3
        END AS encephalopathy_points
    FROM harmonised.course_liver AS l
    INNER JOIN harmonised.course_status AS s ON l.usubjid = s.usubjid AND l.course_no = s.course_no
),

scored AS (
    SELECT
        *,
        (bili_points + alb_points + inr_points + ascites_points + encephalopathy_points)::INTEGER AS score
    FROM point
),

classed AS (
    SELECT
        *,
        CASE WHEN score <= 6 THEN 'A' WHEN score <= 9 THEN 'B' WHEN score IS NOT NULL THEN 'C' END AS class
    FROM scored
)

SELECT
    usubjid,
    course_no,
    ref_date,
    bili_points,
    alb_points,
    inr_points,
    ascites_points,
    encephalopathy_points,
    score,
    class,
    score_recorded,
    class_recorded,
    CASE
        WHEN score IS NULL AND coalesce(score_recorded::VARCHAR, class_recorded) IS NULL THEN NULL
        WHEN score IS NULL THEN 'RECORDED_ONLY'
        WHEN coalesce(score_recorded::VARCHAR, class_recorded) IS NULL THEN 'DERIVED_ONLY'
        WHEN coalesce(score_recorded = score, class_recorded = class) THEN 'MATCH'
        ELSE 'MISMATCH'
    END AS agreement,
    list_filter([bili_row_id, alb_row_id, inr_row_id, status_row_id], lambda row_id: row_id IS NOT NULL) AS row_ids
FROM classed
