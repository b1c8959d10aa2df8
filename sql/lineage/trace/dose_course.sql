-- dose_course: cycles of the index course and what was off the plan, all drugs together; one row a person.
SELECT
    usubjid,
    siteid,
    grp,
    max(n_cycles) AS n_cycles,
    max(n_off_plan) AS n_off_plan,
    max(n_interval_off) AS n_interval_off,
    max(n_interrupted) AS n_interrupted,
    min(day) AS day,
    max(n_cycles) || ' cycles' AS result,
    list_distinct(flatten(list(sources))) AS sources
FROM trace.dose
GROUP BY usubjid, siteid, grp
