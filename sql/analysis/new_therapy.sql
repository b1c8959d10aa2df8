-- new_therapy: anticancer therapy begun after the index; one row a course.
--
-- The study says which regimens count (study.new_therapy_regimen), or that each does which is not the regimen of the
-- person's own index course (new_therapy_not_index). What began on the day of the index is none.
SELECT
    getvariable('study_id') AS study_id,
    i.usubjid,
    t.course_no,
    t.regimen,
    t.start_date AS adt,
    t.row_ids[1] AS srcrow
FROM study.index_event AS i
INNER JOIN harmonised.treatment_line AS t
    ON i.usubjid = t.usubjid AND t.start_date > i.index_date
WHERE t.start_date <= getvariable('cutoff') AND t.regimen IN (SELECT regimen FROM study.new_therapy_regimen)
    AND (t.regimen <> i.regimen OR NOT getvariable('new_therapy_not_index'))
