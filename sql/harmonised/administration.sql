-- harmonised.administration: every dose of a course over all hospitals; one row a course, cycle, drug, day and
-- amount.
--
-- How doses are told apart and days are counted: course_dose. With them the person, the regimen, and the rows of every
-- hospital that recorded the dose.
-- Kept as a view: it repeats what course_dose and treatment_course hold, and the validated rows behind.
WITH record AS (
    SELECT
        s.course_id,
        a.drug,
        a.admin_date,
        a.dose AS dose_mg,
        list_sort(list(a.row_id)) AS row_ids
    FROM validated.administration AS a
    INNER JOIN harmonised.source_course AS s
        ON a.site_id = s.site_id AND a.patient_id = s.patient_id AND a.course_no = s.source_course_no
    GROUP BY s.course_id, a.drug, a.admin_date, a.dose
)

SELECT
    c.usubjid,
    c.course_no,
    c.regimen,
    d.site_id,
    d.cycle_no,
    d.drug::VARCHAR AS drug,
    d.admin_date,
    d.dose_mg,
    d.weight_kg,
    d.bsa_recorded_m2,
    d.is_interrupted,
    r.row_ids,
    d.cycle_start_date,
    d.day_no
FROM harmonised.course_dose AS d
INNER JOIN record AS r
    ON d.course_id = r.course_id AND d.drug = r.drug AND d.admin_date = r.admin_date AND d.dose_mg = r.dose_mg
INNER JOIN harmonised.treatment_course AS c ON d.course_id = c.course_id
