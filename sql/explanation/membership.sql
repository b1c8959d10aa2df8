-- membership: whether one person is in a study (variable study_id), in which group, or why not; at most one row.
SELECT
    c.siteid AS site_id,
    c.index_date,
    c.exposure_group,
    c.exclusion_reason,
    c.is_included,
    i.course_no,
    i.regimen,
    t.prior_systemic,
    t.overlap,
    r.reader_id,
    r.n_read,
    r.n_exam,
    s.cutoff,
    s.definition,
    [c.srcrow] AS row_ids
FROM analysis.cohort AS c
INNER JOIN analysis.study AS s ON c.study_id = s.study_id
INNER JOIN analysis.index_event AS i ON c.study_id = i.study_id AND c.usubjid = i.usubjid
LEFT JOIN harmonised.treatment_line AS t ON i.usubjid = t.usubjid AND i.course_no = t.course_no
LEFT JOIN analysis.reader_choice AS r
    ON c.study_id = r.study_id AND i.usubjid = r.usubjid AND i.course_no = r.course_no
WHERE c.usubjid = getvariable('person') AND c.study_id = getvariable('study_id')
