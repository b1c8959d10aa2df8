-- harmonised.dose_intensity: relative dose intensity of each drug of a HAIC course; one row a course and drug.
--
-- Source: clinical-definitions 8. rdi = (given mg/m2 over actual weeks) / (planned mg/m2 over planned weeks); actual
-- time is the last cycle's start minus the first's plus the planned interval. Planned interval 28 days, the tight end
-- of the seed's 28-42 (rdi); 42 days is the other bound (rdi_42). Deviations of the interval: under 25 or over 49
-- days. Choices: null where a cycle's body surface is unknown; courses without a plan per square metre are left out.
WITH cycle AS (
    SELECT
        c.course_id,
        c.drug,
        c.cycle_start_date,
        c.given_mg,
        c.planned_mg,
        c.bsa_m2,
        c.is_off_plan,
        c.is_interrupted,
        c.cycle_start_date - lag(c.cycle_start_date) OVER (
            PARTITION BY c.course_id, c.drug ORDER BY c.cycle_start_date, c.cycle_no
        ) AS interval_days
    FROM harmonised.cycle_dose AS c
    INNER JOIN harmonised.treatment_course AS t ON c.course_id = t.course_id
    WHERE t.regimen = 'HAIC_FP' AND c.plan_day_nos IS NOT NULL
),

course AS (
    SELECT
        course_id,
        drug,
        count(*)::INTEGER AS n_cycles,
        count(*) FILTER (is_off_plan)::INTEGER AS n_off_plan,
        count(*) FILTER (interval_days < 28 - 3 OR interval_days > 42 + 7)::INTEGER AS n_interval_off,
        count(*) FILTER (is_interrupted)::INTEGER AS n_interrupted,
        CASE WHEN count(bsa_m2) = count(*) THEN sum(given_mg / bsa_m2) END AS given_mg_m2,
        sum(planned_mg / bsa_m2) AS planned_mg_m2,
        (max(cycle_start_date) - min(cycle_start_date))::INTEGER AS span_days
    FROM cycle
    GROUP BY course_id, drug
)

SELECT
    t.usubjid,
    t.course_no,
    c.* EXCLUDE (course_id) REPLACE (c.drug::VARCHAR AS drug),
    c.given_mg_m2 / c.planned_mg_m2 * (c.n_cycles * 28) / (c.span_days + 28) AS rdi,
    c.given_mg_m2 / c.planned_mg_m2 * (c.n_cycles * 42) / (c.span_days + 42) AS rdi_42
FROM course AS c
INNER JOIN harmonised.treatment_course AS t ON c.course_id = t.course_id
