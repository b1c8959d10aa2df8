-- definition: every threshold that the study uses; one row.
--
-- The row of harmonised.definition that the study's definition is or goes back to (variable like_definition), with
-- what the study file says otherwise (study.response, null = nothing): under `definitions`, and first under `response`.
-- The relations whose rows differ by definition are derived again under this row for the study alone (Derivation in
-- haicplatform/studies), by the same SQL; harmonised keeps the shipped definitions.
SELECT
    getvariable('study_id') AS study_id,
    d.* REPLACE (
        getvariable('definition') AS definition,
        d.is_default AND d.definition = getvariable('definition') AS is_default,
        coalesce(r.pr_pct, d.pr_pct) AS pr_pct,
        coalesce(r.pr_inclusive, d.pr_inclusive) AS pr_inclusive,
        coalesce(r.pd_pct, d.pd_pct) AS pd_pct,
        coalesce(r.pd_inclusive, d.pd_inclusive) AS pd_inclusive,
        coalesce(r.pd_abs_mm, d.pd_abs_mm) AS pd_abs_mm,
        coalesce(r.backdate, d.backdate) AS backdate,
        coalesce(r.confirm_days, d.confirm_days) AS confirm_days,
        coalesce(r.sd_min_days, d.sd_min_days) AS sd_min_days,
        coalesce(r.max_ne, d.max_ne) AS max_ne,
        coalesce(r.accept_sd_between, d.accept_sd_between) AS accept_sd_between,
        coalesce(r.baseline_window_days, d.baseline_window_days) AS baseline_window_days,
        coalesce(r.baseline_fallback_days, d.baseline_fallback_days) AS baseline_fallback_days
    )
FROM harmonised.definition AS d
CROSS JOIN study.response AS r
WHERE d.definition = getvariable('like_definition')
