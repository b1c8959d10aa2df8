-- harmonised.administration_cycle: what was given of each drug in each cycle of a course against the plan; one row a
-- course, hospital, cycle and drug.
--
-- The plan, the weights and what counts as off it: cycle_dose. With it the person, the regimen, and the rows of every
-- dose of the cycle.
-- Kept as a view: it repeats what cycle_dose, treatment_course and administration hold.
WITH record AS (
    SELECT
        usubjid,
        course_no,
        site_id,
        cycle_no,
        drug,
        list_sort(flatten(list(row_ids))) AS row_ids
    FROM harmonised.administration
    GROUP BY usubjid, course_no, site_id, cycle_no, drug
)

SELECT
    t.usubjid,
    t.course_no,
    t.regimen,
    c.site_id,
    c.cycle_no,
    c.cycle_start_date,
    c.drug::VARCHAR AS drug,
    c.given_mg,
    c.bsa_recorded_m2,
    c.is_interrupted,
    c.day_nos,
    r.row_ids,
    c.height_cm,
    c.weight_kg,
    c.is_weight_distant,
    c.bsa_m2,
    c.plan_day_nos,
    c.planned_mg,
    c.relative_dose,
    c.is_off_plan
FROM harmonised.cycle_dose AS c
INNER JOIN harmonised.treatment_course AS t ON c.course_id = t.course_id
INNER JOIN record AS r
    ON t.usubjid = r.usubjid AND t.course_no = r.course_no AND c.site_id = r.site_id AND c.cycle_no = r.cycle_no
    AND c.drug = r.drug
