-- 5-FU given on a day of its cycle on which the plan does not give it (day 4).
-- Kept. Day 1 of a cycle is the first day on which anything was given in it.
-- Source: clinical definitions, section 8; the plan's days are rows of reference.treatment_plan.
WITH counted AS (
    SELECT
        dose.row_id,
        course.regimen,
        dose.drug,
        dose.admin_date - min(dose.admin_date) OVER (
            PARTITION BY dose.patient_id, dose.course_no, dose.cycle_no
        ) + 1 AS cycle_day
    FROM validated.administration AS dose
    INNER JOIN validated.treatment_course AS course
        ON course.patient_id = dose.patient_id AND course.course_no = dose.course_no
)

SELECT counted.row_id, 'admin_date' AS column_name
FROM counted
INNER JOIN reference.treatment_plan AS plan
    ON plan.regimen = counted.regimen AND plan.drug = counted.drug
WHERE counted.drug = '5FU' AND counted.cycle_day NOT BETWEEN plan.first_day AND plan.last_day
