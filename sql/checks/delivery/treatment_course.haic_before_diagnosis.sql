-- Hepatic arterial infusion that starts before the cancer was diagnosed.
-- Kept: one of the two dates is wrong, and only the hospital knows which.
-- A diagnosis known to the month or year is taken at its first day, so that no row is blamed for a missing day.
SELECT course.row_id, 'start_date' AS column_name
FROM validated.treatment_course AS course
INNER JOIN validated.diagnosis AS diagnosis ON diagnosis.patient_id = course.patient_id
WHERE
    course.regimen = 'HAIC_FP'
    AND course.start_date < TRY_CAST(
        CASE diagnosis.hcc_dx_date_precision
            WHEN 'day' THEN diagnosis.hcc_dx_date
            WHEN 'month' THEN diagnosis.hcc_dx_date || '-01'
            WHEN 'year' THEN diagnosis.hcc_dx_date || '-01-01'
        END AS DATE
    )
