-- harmonised.dose_intensity: relative dose intensity of each drug of a HAIC course; one row a course and drug.
--
-- Source: clinical-definitions 8. rdi = (given mg/m2 over actual weeks) / (planned mg/m2 over planned weeks); actual
-- time is the last cycle's start minus the first's plus the planned interval. Planned interval 28 days, the tight end
-- of the seed's 28-42 (rdi); 42 days is the other bound (rdi_42). Deviations of the interval: under 25 or over 49
-- days. Choices: null where a cycle's body surface is unknown; courses without a plan per square metre are left out.
WITH cycle AS (
    SELECT
        *,
        cycle_start_date - lag(cycle_start_date) OVER (
            PARTITION BY usubjid, course_no, drug ORDER BY cycle_start_date, cycle_no
        ) AS interval_days
    FROM harmonised.administration_cycle
    WHERE regimen = 'HAIC_FP' AND plan_day_nos IS NOT NULL
),

course AS (
    SELECT
        usubjid,
        course_no,
        drug,
        count(*)::INTEGER AS n_cycles,
        count(*) FILTER (is_off_plan)::INTEGER AS n_off_plan,
        count(*) FILTER (interval_days < 28 - 3 OR interval_days > 42 + 7)::INTEGER AS n_interval_off,
        count(*) FILTER (is_interrupted)::INTEGER AS n_interrupted,
        CASE WHEN count(bsa_m2) = count(*) THEN sum(given_mg / bsa_m2) END AS given_mg_m2,
        sum(planned_mg / bsa_m2) AS planned_mg_m2,
        (max(cycle_start_date) - min(cycle_start_date))::INTEGER AS span_days
    FROM cycle
    GROUP BY usubjid, course_no, drug
)

SELECT
    *,
    given_mg_m2 / planned_mg_m2 * (n_cycles * 28) / (span_days + 28) AS rdi,
    given_mg_m2 / planned_mg_m2 * (n_cycles * 42) / (span_days + 42) AS rdi_42
FROM course
