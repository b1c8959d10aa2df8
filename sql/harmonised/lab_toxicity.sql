-- harmonised.lab_toxicity: the worst CTCAE grade that the laboratory results of a course show, by term; one row a
-- course and test that was measured after its start.
--
-- Definition (clinical-definitions 8): the highest grade of harmonised.lab_grade over all hospitals, at its first date.
-- n_results is how many were looked at: grade 0 of some results is not the same as no row. is_worse: higher than the
-- grade of the baseline, where none is known than 0; a table of what happened under treatment counts these. Recorded
-- adverse events are kept apart, in adverse_event.
SELECT
    usubjid,
    course_no,
    regimen,
    test_code,
    term,
    grade,
    grade > coalesce(baseline_grade, 0) AS is_worse,
    baseline_grade,
    collect_date AS worst_date,
    days_from_start,
    value_op,
    value_num,
    unit_std,
    is_dose_day,
    (count(*) OVER (PARTITION BY usubjid, course_no, test_code))::INTEGER AS n_results,
    list_filter([row_id, baseline_row_id], lambda id: id IS NOT NULL) AS row_ids
FROM harmonised.lab_grade
QUALIFY row_number() OVER (
    PARTITION BY usubjid, course_no, test_code ORDER BY grade DESC, collect_date, site_id, row_id
) = 1
