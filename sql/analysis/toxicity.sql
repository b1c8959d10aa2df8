-- toxicity: recorded adverse events of the index course, up to the cut-off; one row a record.
--
-- An event belongs to the last systemic or HAIC course begun on or before its onset (harmonised.adverse_event). The
-- grade is the hospital's own; a table counts the worst grade of a person and term.
SELECT
    s.study_id,
    s.usubjid,
    e.term,
    e.grade,
    e.related,
    e.start_date AS adt,
    'adverse_event' AS srcdom,
    e.row_id AS srcrow
FROM harmonised.adverse_event AS e
INNER JOIN study.adsl AS s ON e.usubjid = s.usubjid AND e.course_no = s.course_no
WHERE e.start_date <= getvariable('cutoff')
ORDER BY s.usubjid, e.start_date, e.term, e.row_id
