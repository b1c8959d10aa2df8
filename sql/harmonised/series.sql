-- harmonised.series: the readings of one reader of a hospital's patient number, for each course that has responses; one
-- row a course, site, patient number and reader.
--
-- Lesion names of two hospitals are not the same lesions, and two readers are never mixed: every sum, nadir and
-- response belongs to one series. series_no numbers them by person, course, site, patient number and reader: relations
-- with a row an exam or lesion refer to it instead of repeating these keys.
WITH reader AS (
    SELECT site_id, patient_id, reader_id FROM validated.lesion_measurement
    UNION
    SELECT site_id, patient_id, reader_id FROM validated.response_assessment
)

SELECT
    row_number() OVER (
        ORDER BY c.course_id, r.site_id, r.patient_id, r.reader_id
    )::INTEGER AS series_no,
    c.usubjid,
    c.course_no,
    r.site_id,
    r.patient_id,
    r.reader_id,
    c.start_date,
    c.course_id
FROM reader AS r
INNER JOIN harmonised.person AS p ON r.site_id = p.site_id AND r.patient_id = p.patient_id
INNER JOIN harmonised.treatment_course AS c ON p.usubjid = c.usubjid AND c.has_response
