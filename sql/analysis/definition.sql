-- definition: every threshold that the study uses; one row.
--
-- The definition's row of harmonised.definition, with what the study file overrides for itself (study.response, null
-- = nothing). visit_response is derived again under this row for the study alone (Derivation in haicplatform/studies);
-- harmonised.visit_response keeps the published definitions.
SELECT
    getvariable('study_id') AS study_id,
    d.* REPLACE (
        coalesce(r.pr_pct, d.pr_pct) AS pr_pct,
        coalesce(r.pr_inclusive, d.pr_inclusive) AS pr_inclusive,
        coalesce(r.pd_pct, d.pd_pct) AS pd_pct,
        coalesce(r.pd_inclusive, d.pd_inclusive) AS pd_inclusive,
        coalesce(r.pd_abs_mm, d.pd_abs_mm) AS pd_abs_mm,
        coalesce(r.backdate, d.backdate) AS backdate,
        coalesce(r.confirm_days, d.confirm_days) AS confirm_days,
        coalesce(r.sd_min_days, d.sd_min_days) AS sd_min_days,
        coalesce(r.max_ne, d.max_ne) AS max_ne,
        coalesce(r.accept_sd_between, d.accept_sd_between) AS accept_sd_between
    )
FROM harmonised.definition AS d
CROSS JOIN study.response AS r
WHERE d.definition = getvariable('definition')
