-- lab_toxicity: laboratory results of the index course, up to the cut-off, with a CTCAE grade that they did not have
-- before it; one row a result.
--
-- Grades are those of harmonised.lab_grade; a result counts where its grade is higher than that of the baseline, of an
-- unknown baseline where it has one. A table counts the worst grade of a person and term. Recorded adverse events
-- are in toxicity: the two are never added. Nothing says whether a result is related to treatment (related is null).
SELECT
    s.study_id,
    s.usubjid,
    g.term,
    g.grade,
    NULL::VARCHAR AS related,
    g.collect_date AS adt,
    'lab' AS srcdom,
    g.row_id AS srcrow
FROM harmonised.lab_grade AS g
INNER JOIN harmonised.treatment_course AS c ON g.course_id = c.course_id
INNER JOIN study.adsl AS s ON c.usubjid = s.usubjid AND c.course_no = s.course_no
WHERE g.grade > coalesce(g.baseline_grade, 0) AND g.collect_date <= getvariable('cutoff')
ORDER BY s.usubjid, g.collect_date, g.term, g.row_id
