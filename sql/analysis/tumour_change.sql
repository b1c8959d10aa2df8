-- tumour_change: how much the sum of the targets changed from the baseline; one row a person and day.
--
-- The chosen reader's sums on the index course (adtr), on the days whose response counts for the best response (adrs,
-- OVR that is_analysed: up to the first progression). pchg is in %. Two exams of a day: the larger sum.
SELECT
    r.study_id,
    r.usubjid,
    r.adt,
    r.ady / getvariable('days_per_month') AS months,
    max(r.pchg) AS pchg
FROM study.adtr AS r
SEMI JOIN study.adrs AS a ON r.usubjid = a.usubjid AND r.adt = a.adt AND a.paramcd = 'OVR' AND a.is_analysed
WHERE r.paramcd = 'SUMDIAM' AND r.is_index_course AND r.is_chosen_reader AND r.pchg IS NOT NULL
GROUP BY r.study_id, r.usubjid, r.adt, r.ady
ORDER BY r.usubjid, r.adt
