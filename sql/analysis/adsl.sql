-- adsl: the persons in the study as they were at the index date, with their exposure group; one row a person.
--
-- The values before treatment are those of study.baseline, which says how each is found.
SELECT
    b.study_id,
    b.usubjid,
    b.siteid,
    b.patient_id,
    b.course_no,
    b.index_date,
    c.exposure_group,
    b.* EXCLUDE (study_id, usubjid, siteid, patient_id, course_no, index_date)
FROM study.baseline AS b
INNER JOIN study.cohort AS c ON b.usubjid = c.usubjid AND c.is_included
ORDER BY b.usubjid
