-- response_rule: how best responses are made in the study; one row.
--
-- The study's thresholds (definition), and whether assessments stop counting at new anticancer therapy.
SELECT
    d.study_id,
    d.definition,
    d.confirm_days,
    d.sd_min_days,
    d.max_ne,
    d.accept_sd_between,
    r.stop_at_new_therapy
FROM study.definition AS d
CROSS JOIN study.response AS r
