-- A response whose date is not the date of its examination. Kept; the definitions take the examination's date.
SELECT response.row_id, 'assess_date' AS column_name
FROM validated.response_assessment AS response
SEMI JOIN validated.imaging_visit AS exam
    ON exam.patient_id = response.patient_id
    AND exam.exam_no = response.exam_no
    AND exam.exam_date <> response.assess_date
