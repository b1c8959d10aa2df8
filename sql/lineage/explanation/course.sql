-- course: the courses of one person, with the stage before each; one row a course.
--
-- The stage is null for local treatment.
SELECT
    c.course_no,
    c.regimen,
    c.kind,
    c.has_response,
    c.start_date,
    c.recorded_start_date,
    c.last_dose_date,
    c.end_date,
    c.is_open,
    c.stop_reason,
    c.site_id,
    c.site_ids,
    c.n_parts,
    b.derived AS bclc_derived,
    b.recorded AS bclc_recorded,
    b.agreement AS bclc_agreement,
    p.score AS child_pugh_score,
    p.class AS child_pugh_class,
    c.row_ids
FROM harmonised.treatment_course AS c
LEFT JOIN harmonised.bclc_stage AS b ON c.usubjid = b.usubjid AND c.course_no = b.course_no
LEFT JOIN harmonised.child_pugh AS p ON c.usubjid = p.usubjid AND c.course_no = p.course_no
WHERE c.usubjid = getvariable('person')
ORDER BY c.course_no
