-- reader_pair: the responses of two readers of the same exam of the index course; one row an exam and pair of readers.
--
-- All readings after the start up to the cut-off (study.reading), readers in the order of their names.
SELECT
    a.study_id,
    a.usubjid,
    a.site_id,
    a.exam_no,
    a.adt,
    a.reader_id AS first_reader,
    b.reader_id AS second_reader,
    a.avalc AS first_avalc,
    b.avalc AS second_avalc
FROM study.reading AS a
INNER JOIN study.adsl AS s ON a.usubjid = s.usubjid AND a.course_no = s.course_no
INNER JOIN study.reading AS b
    ON a.usubjid = b.usubjid AND a.course_no = b.course_no AND a.site_id = b.site_id AND a.patient_id = b.patient_id
    AND a.exam_no = b.exam_no AND a.reader_id < b.reader_id
ORDER BY a.usubjid, a.site_id, a.exam_no, a.reader_id, b.reader_id
