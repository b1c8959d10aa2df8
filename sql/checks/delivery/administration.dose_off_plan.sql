-- A dose more than 10 % off the plan: mg per square metre times the patient's body surface.
-- Kept. Body surface: as recorded with the dose, else Mosteller, sqrt(cm * kg / 3600), from the weight recorded with
-- the dose and the patient's height; neither there: not checked.
-- Source: clinical definitions, section 8; the plan's numbers are rows of reference.treatment_plan.
WITH given AS (
    SELECT
        dose.row_id,
        dose.dose,
        plan.mg_per_m2 * coalesce(
            dose.bsa_m2,
            CAST(sqrt(CAST(patient.height_cm * dose.weight_kg AS DOUBLE) / 3600) AS DECIMAL(4, 2))
        ) AS planned
    FROM validated.administration AS dose
    INNER JOIN validated.treatment_course AS course
        ON course.patient_id = dose.patient_id AND course.course_no = dose.course_no
    INNER JOIN reference.treatment_plan AS plan
        ON plan.regimen = course.regimen AND plan.drug = dose.drug
    LEFT JOIN validated.patient AS patient ON patient.patient_id = dose.patient_id
)

SELECT row_id, 'dose' AS column_name
FROM given
WHERE 10 * abs(dose - planned) > planned
