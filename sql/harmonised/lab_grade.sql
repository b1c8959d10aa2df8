-- harmonised.lab_grade: the CTCAE grade that a laboratory result has by its value alone; one row a result after the
-- start of a systemic or HAIC course (course_id: treatment_course). Recorded grades are in adverse_event and are
-- never replaced by these.
--
-- Source: CTCAE v5.0 (US Department of Health and Human Services, 27 November 2017), Investigations, and Anemia.
-- Grade 0 is no grade. The limits of normal are those of harmonised.normal_limit. AST, ALT and bilirubin are counted
-- in multiples of the upper limit where the baseline was normal, of the baseline where it was above it; creatinine
-- of either. A value on a limit belongs to the lower grade, except 1.5 times the baseline of AST and ALT. Grade 4 of
-- anaemia and grade 5 are not derived: no value shows them.
-- Choices: the baseline is the course's own (course_lab: the last result within labs_days before it, its first day
-- included); where there is none, it counts as normal. baseline_grade is its own grade by the same rule: 0 where
-- multiples of an abnormal baseline are counted, so that a grade above it is always a worsening. A result belongs to
-- the last course begun on an earlier day that is open or whose last dose is at most toxicity_days before it. `<`
-- and `>` of an assay's limit put the value beyond that limit. is_dose_day: a drug of the course was given that day.
WITH rule (test_code, sign, reference, applies_to, grade_1, grade_2, grade_3, grade_4) AS (
    VALUES
        ('PLT', '<', 'LIMIT', 'ANY', 1.0, NULL, NULL, NULL),
        ('PLT', '<', 'VALUE', 'ANY', NULL, 75, 50, 25),
        ('ANC', '<', 'LIMIT', 'ANY', 1.0, NULL, NULL, NULL),
        ('ANC', '<', 'VALUE', 'ANY', NULL, 1.5, 1.0, 0.5),
        ('HB', '<', 'LIMIT', 'ANY', 1.0, NULL, NULL, NULL),
        ('HB', '<', 'VALUE', 'ANY', NULL, 10.0, 8.0, NULL),
        ('AST', '>', 'LIMIT', 'NORMAL', 1.0, 3.0, 5.0, 20.0),
        ('AST', '>=', 'BASELINE', 'ABNORMAL', 1.5, NULL, NULL, NULL),
        ('AST', '>', 'BASELINE', 'ABNORMAL', NULL, 3.0, 5.0, 20.0),
        ('ALT', '>', 'LIMIT', 'NORMAL', 1.0, 3.0, 5.0, 20.0),
        ('ALT', '>=', 'BASELINE', 'ABNORMAL', 1.5, NULL, NULL, NULL),
        ('ALT', '>', 'BASELINE', 'ABNORMAL', NULL, 3.0, 5.0, 20.0),
        ('BILI_T', '>', 'LIMIT', 'NORMAL', 1.0, 1.5, 3.0, 10.0),
        ('BILI_T', '>', 'BASELINE', 'ABNORMAL', 1.0, 1.5, 3.0, 10.0),
        ('CREAT', '>', 'LIMIT', 'ANY', 1.0, 1.5, 3.0, 6.0),
        ('CREAT', '>', 'BASELINE', 'ANY', NULL, 1.5, 3.0, NULL)
),

reach AS ( -- after its start, until when a result belongs to a course
    SELECT
        c.usubjid, c.course_id, c.course_no, c.start_date, CASE WHEN c.is_open THEN DATE '9999-12-31'
        ELSE coalesce(c.last_dose_date, c.start_date) + d.toxicity_days END AS end_date
    FROM harmonised.treatment_course AS c
    INNER JOIN harmonised.definition AS d ON d.is_default
    WHERE c.has_response
),

result AS (
    SELECT
        c.course_id, l.test_code, n.term, l.collect_datetime::DATE AS collect_date,
        (l.collect_datetime::DATE - c.start_date)::INTEGER AS days_from_start, l.value_op, l.value_num, l.unit_std,
        coalesce(n.lower_limit, n.upper_limit) AS normal_limit_num,
        b.value_num AS baseline_num, b.value_op AS baseline_op,
        coalesce(b.value_num < n.lower_limit OR b.value_num > n.upper_limit, false) AS is_baseline_abnormal,
        (c.course_id, collect_date) IN (SELECT (course_id, admin_date) FROM harmonised.course_dose) AS is_dose_day,
        l.site_id, l.row_id, b.row_id AS baseline_row_id
    FROM validated.lab AS l
    INNER JOIN harmonised.person AS p ON l.site_id = p.site_id AND l.patient_id = p.patient_id
    INNER JOIN harmonised.normal_limit AS n ON l.test_code = n.test_code AND p.sex = n.sex
    INNER JOIN reach AS c
        ON p.usubjid = c.usubjid AND l.collect_datetime::DATE > c.start_date AND l.collect_datetime::DATE <= c.end_date
    ANTI JOIN reach AS o
        ON p.usubjid = o.usubjid AND l.collect_datetime::DATE > o.start_date AND l.collect_datetime::DATE <= o.end_date
        AND (o.start_date, o.course_no) > (c.start_date, c.course_no)
    LEFT JOIN harmonised.course_lab AS b ON c.course_id = b.course_id AND l.test_code = b.test_code
    WHERE l.value_num IS NOT NULL
),

measured AS (
    SELECT *, value_op AS op, value_num AS num, false AS of_baseline FROM result
    UNION ALL
    SELECT *, baseline_op AS op, baseline_num AS num, true AS of_baseline FROM result
),

bound AS (
    SELECT
        r.*, b.is_baseline_abnormal,
        unnest([1, 2, 3, 4]) AS grade, unnest([grade_1, grade_2, grade_3, grade_4]) AS factor
    FROM rule AS r
    INNER JOIN (VALUES (false), (true)) AS b (is_baseline_abnormal)
        ON r.applies_to = 'ANY' OR (r.applies_to = 'ABNORMAL') = b.is_baseline_abnormal
),

passed AS (
    SELECT
        m.site_id, m.row_id, m.of_baseline, g.grade,
        CASE g.reference
            WHEN 'VALUE' THEN g.factor WHEN 'BASELINE' THEN g.factor * m.baseline_num ELSE g.factor * m.normal_limit_num
        END AS bound_num
    FROM measured AS m
    INNER JOIN bound AS g
        ON m.test_code = g.test_code AND m.is_baseline_abnormal = g.is_baseline_abnormal AND g.factor IS NOT NULL
    WHERE
        CASE g.sign
            WHEN '<' THEN m.num < bound_num OR (m.num = bound_num AND m.op = '<')
            WHEN '>=' THEN m.num >= bound_num
            ELSE m.num > bound_num OR (m.num = bound_num AND m.op = '>')
        END
),

worst AS (
    SELECT
        site_id, row_id, max(grade) FILTER (NOT of_baseline) AS grade, max(grade) FILTER (of_baseline) AS baseline_grade
    FROM passed GROUP BY site_id, row_id
)

SELECT
    r.* EXCLUDE (baseline_op),
    coalesce(w.grade, 0)::INTEGER AS grade,
    CASE WHEN r.baseline_num IS NOT NULL THEN coalesce(w.baseline_grade, 0) END::INTEGER AS baseline_grade
FROM result AS r
LEFT JOIN worst AS w ON r.site_id = w.site_id AND r.row_id = w.row_id
