-- harmonised.cycle_weight: the baseline weight to use for a cycle that has none of its own; one row a course and day.
--
-- The last weight within weight_days (28, ours) before the cycle's first dose (is_near), else the one nearest to it.
WITH cycle AS (
    SELECT DISTINCT
        course_id,
        cycle_start_date
    FROM harmonised.course_dose
)

SELECT
    c.course_id,
    c.cycle_start_date,
    b.weight_kg,
    c.cycle_start_date - b.assess_date BETWEEN 0 AND d.weight_days AS is_near,
    b.row_id
FROM cycle AS c
INNER JOIN harmonised.treatment_course AS t ON c.course_id = t.course_id
INNER JOIN harmonised.person AS p ON t.usubjid = p.usubjid
INNER JOIN validated.baseline_status AS b
    ON p.site_id = b.site_id AND p.patient_id = b.patient_id AND b.weight_kg IS NOT NULL
INNER JOIN harmonised.definition AS d ON d.is_default
QUALIFY row_number() OVER (
    PARTITION BY c.course_id, c.cycle_start_date
    ORDER BY is_near DESC, abs(c.cycle_start_date - b.assess_date), b.assess_date, b.row_id
) = 1
