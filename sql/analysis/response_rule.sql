-- response_rule: the thresholds of best response that the study uses; one row.
--
-- The definition's row of harmonised.definition, with what the study file overrides (study.response, null = nothing).
SELECT
    getvariable('study_id') AS study_id,
    d.definition,
    coalesce(r.confirm_days, d.confirm_days) AS confirm_days,
    coalesce(r.sd_min_days, d.sd_min_days) AS sd_min_days,
    coalesce(r.max_ne, d.max_ne) AS max_ne,
    coalesce(r.accept_sd_between, d.accept_sd_between) AS accept_sd_between,
    r.stop_at_new_therapy
FROM harmonised.definition AS d
CROSS JOIN study.response AS r
WHERE d.definition = getvariable('definition')
