-- harmonised.adverse_event: recorded adverse events of a person over all hospitals; one row a record.
--
-- Grades are the hospital's own (CTCAE v5). course_no is the last systemic or HAIC course begun on or before the onset,
-- null for an event before any; days_from_start counts from that course's start. The same event recorded at two
-- hospitals stays two rows: a table counts the worst grade of a person and term.
SELECT
    p.usubjid,
    c.course_no,
    c.regimen,
    a.term,
    a.grade::INTEGER AS grade,
    a.start_date,
    a.end_date,
    (a.start_date - c.start_date)::INTEGER AS days_from_start,
    a.related,
    a.action,
    a.site_id,
    a.row_id
FROM validated.adverse_event AS a
INNER JOIN harmonised.person AS p ON a.site_id = p.site_id AND a.patient_id = p.patient_id
LEFT JOIN harmonised.treatment_course AS c
    ON p.usubjid = c.usubjid AND c.has_response AND c.start_date <= a.start_date
QUALIFY row_number() OVER (PARTITION BY a.site_id, a.row_id ORDER BY c.start_date DESC, c.course_no DESC) = 1
