-- dose: cycles and relative dose intensity of the index course; one row a person and drug.
--
-- harmonised.dose_intensity, which says how they are counted; only courses that have a plan per body surface.
SELECT
    s.study_id,
    s.usubjid,
    d.drug,
    d.n_cycles,
    d.n_off_plan,
    d.n_interval_off,
    d.n_interrupted,
    100 * d.rdi AS rdi_pct
FROM harmonised.dose_intensity AS d
INNER JOIN study.adsl AS s ON d.usubjid = s.usubjid AND d.course_no = s.course_no
ORDER BY s.usubjid, d.drug
