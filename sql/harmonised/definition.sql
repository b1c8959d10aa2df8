-- harmonised.definition: one row a variant of the definitions, with every threshold a reader may want to change.
--
-- Sources: mRECIST, Lencioni & Llovet, Semin Liver Dis 2010;30:52-60 (`lencioni2010`: PR >= 30 %, PD >= 20 %, no
-- absolute minimum); the wording of Lee et al., Front Oncol 2024;14:1495321 (`seed2024`: more than 30 % and 20 %);
-- RECIST 1.1, Eisenhauer, Eur J Cancer 2009;45:228-247 (`abs5`: and at least 5 mm); `nobackdate` counts a new
-- lesion from the scan on which it met its criteria. `recorded` is the hospital's own response, taken as written.
-- Choices: the windows are ours, because the sources are silent. The row with is_default gives the windows of
-- relations that have no column `definition` (child_pugh, bclc_stage, treatment_course …). A study that changes
-- a threshold makes its own relation of the same columns and runs the same SQL against that one: exam_response, and
-- what is made of it (visit_response, progression, response_agreement), are all whose rows differ by definition.
WITH variant (definition, is_default, is_derived, pr_pct, pr_inclusive, pd_pct, pd_inclusive, pd_abs_mm, backdate) AS (
    VALUES
        ('lencioni2010', true, true, 30, true, 20, true, 0, true),
        ('seed2024', false, true, 30, false, 20, false, 0, true),
        ('abs5', false, true, 30, true, 20, true, 5, true),
        ('nobackdate', false, true, 30, true, 20, true, 0, false),
        ('recorded', false, false, NULL, NULL, NULL, NULL, NULL, NULL)
)

SELECT
    definition::ENUM ('lencioni2010', 'seed2024', 'abs5', 'nobackdate', 'recorded') AS definition,
    is_default,
    is_derived,
    pr_pct::DECIMAL(5, 2) AS pr_pct,
    pr_inclusive,
    pd_pct::DECIMAL(5, 2) AS pd_pct,
    pd_inclusive,
    pd_abs_mm::DECIMAL(9, 2) AS pd_abs_mm,
    backdate,
    -- best response (sections 1.6 and 2)
    42 AS sd_min_days,
    28 AS confirm_days,
    1 AS max_ne,
    false AS accept_sd_between,
    -- windows before a course's start, in days, both ends included
    42 AS baseline_window_days,
    90 AS baseline_fallback_days,
    28 AS labs_days,
    42 AS baseline_status_days,
    28 AS weight_days,
    -- courses and time to event
    90 AS restart_gap_days,
    7 AS death_tolerance_days,
    252 AS max_gap_days,
    -- laboratory grades (section 8): days after the last dose in which a result still belongs to the course
    30 AS toxicity_days
FROM variant
