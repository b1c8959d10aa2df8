-- harmonised.cycle_dose: what was given of each drug in each cycle of a course against the plan, in numbers; one row a
-- course, hospital, cycle and drug.
--
-- Plan (Lee et al., Front Oncol 2024;14:1495321): HAIC 5-FU 500 mg/m2 on days 1-3, cisplatin 60 mg/m2 on day 2;
-- atezolizumab 1200 mg, bevacizumab 15 mg/kg. Body surface by Mosteller, sqrt(cm * kg / 3600), not capped.
-- relative_dose is given over planned mg, null where the plan, height or weight is not known. day_nos are the days of
-- the cycle on which the drug was given. is_off_plan: a day missing or another than planned, or a dose off by over 10
-- %. Choices: weight is the administration's own, else the last baseline weight within weight_days before the cycle,
-- else the nearest one (is_weight_distant). Height is the last one recorded for the person, else the patient's;
-- without height or weight the body surface that the hospital recorded is used. The person, the regimen and the rows
-- of a cycle: administration_cycle.
WITH plan (regimen, drug, amount, per, plan_day_nos) AS (
    VALUES
        ('HAIC_FP', '5FU', 500, 'm2', [1, 2, 3]),
        ('HAIC_FP', 'CISPLATIN', 60, 'm2', [2]),
        ('ATE_BEVA', 'ATEZOLIZUMAB', 1200, 'dose', [1]),
        ('ATE_BEVA', 'BEVACIZUMAB', 15, 'kg', [1])
),

cycle AS (
    SELECT
        course_id,
        site_id,
        cycle_no,
        cycle_start_date,
        drug,
        sum(dose_mg)::DECIMAL(12, 2) AS given_mg,
        max(weight_kg) AS own_weight_kg,
        max(bsa_recorded_m2) AS bsa_recorded_m2,
        bool_or(is_interrupted) AS is_interrupted,
        list_sort(list_distinct(list(day_no))) AS day_nos
    FROM harmonised.course_dose
    GROUP BY course_id, site_id, cycle_no, cycle_start_date, drug
),

height AS (
    SELECT
        p.usubjid,
        coalesce(arg_max(b.height_cm, (b.assess_date, b.row_id)), max(p.height_cm)) AS height_cm
    FROM harmonised.person AS p
    LEFT JOIN validated.baseline_status AS b ON p.site_id = b.site_id AND p.patient_id = b.patient_id
    GROUP BY p.usubjid
),

course AS (
    SELECT
        t.course_id,
        t.usubjid,
        t.regimen,
        h.height_cm
    FROM harmonised.treatment_course AS t
    INNER JOIN height AS h ON t.usubjid = h.usubjid
),

weighed AS (
    SELECT
        c.* EXCLUDE (own_weight_kg),
        t.regimen,
        t.height_cm,
        coalesce(c.own_weight_kg, w.weight_kg) AS weight_kg,
        c.own_weight_kg IS NULL AND NOT w.is_near AS is_weight_distant
    FROM cycle AS c
    INNER JOIN course AS t ON c.course_id = t.course_id
    LEFT JOIN harmonised.cycle_weight AS w ON c.course_id = w.course_id AND c.cycle_start_date = w.cycle_start_date
),

planned AS (
    SELECT
        w.* EXCLUDE (regimen),
        coalesce(sqrt(w.height_cm * w.weight_kg / 3600), w.bsa_recorded_m2)::DOUBLE AS bsa_m2,
        p.plan_day_nos,
        len(p.plan_day_nos) * p.amount
        * CASE p.per WHEN 'm2' THEN bsa_m2 WHEN 'kg' THEN w.weight_kg ELSE 1 END::DOUBLE AS planned_mg
    FROM weighed AS w
    LEFT JOIN plan AS p ON w.regimen = p.regimen AND w.drug = p.drug
)

SELECT
    *,
    given_mg / planned_mg AS relative_dose,
    day_nos IS DISTINCT FROM plan_day_nos OR 10 * abs(given_mg - planned_mg) > planned_mg AS is_off_plan
FROM planned
