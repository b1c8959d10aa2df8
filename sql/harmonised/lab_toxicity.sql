-- harmonised.lab_toxicity: the worst CTCAE grade that the laboratory results of a course show, by term; one row a
-- course and test that was measured after its start.
--
-- Definition (clinical-definitions 8): the highest grade of harmonised.lab_grade over all hospitals, at its first date.
-- n_results is how many were looked at: grade 0 of some results is not the same as no row. is_worse: higher than the
-- grade of the baseline, where none is known than 0; a table of what happened under treatment counts these. Recorded
-- adverse events are kept apart, in adverse_event.
WITH worst AS (
    SELECT
        *,
        (count(*) OVER (PARTITION BY course_id, test_code))::INTEGER AS n_results
    FROM harmonised.lab_grade
    QUALIFY row_number() OVER (
        PARTITION BY course_id, test_code ORDER BY grade DESC, collect_date, site_id, row_id
    ) = 1
)

SELECT
    c.usubjid,
    c.course_no,
    c.regimen,
    w.test_code,
    w.term,
    w.grade,
    w.grade > coalesce(w.baseline_grade, 0) AS is_worse,
    w.baseline_grade,
    w.collect_date AS worst_date,
    w.days_from_start,
    w.value_op,
    w.value_num,
    w.unit_std,
    w.is_dose_day,
    w.n_results,
    list_filter([w.row_id, w.baseline_row_id], lambda id: id IS NOT NULL) AS row_ids
FROM worst AS w
INNER JOIN harmonised.treatment_course AS c ON w.course_id = c.course_id
