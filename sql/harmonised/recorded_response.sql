-- harmonised.recorded_response: a hospital's own overall response of an exam after a course's start, as recorded; one
-- row a course, site, patient number, reader, criterion and exam. Kept beside the derived response, never instead.
--
-- Which course a recorded response serves, and its date: exam_record. definition is always `recorded`, so that a study
-- may choose recorded responses by name.
-- Kept as a view: it repeats what exam_record, series and the validated rows hold.
SELECT
    s.usubjid,
    s.course_no,
    'recorded' AS definition,
    r.criterion,
    s.site_id,
    s.patient_id,
    s.reader_id,
    r.exam_no,
    r.exam_date,
    a.target_resp AS target_response,
    a.nontarget_resp AS nontarget_response,
    a.new_lesion,
    r.overall_response,
    r.pd_known_date,
    r.row_id,
    r.series_no,
    r.course_exam_no
FROM harmonised.exam_record AS r
INNER JOIN harmonised.series AS s ON r.series_no = s.series_no
INNER JOIN validated.response_assessment AS a
    ON s.site_id = a.site_id AND s.patient_id = a.patient_id AND r.row_id = a.row_id
