-- A lesion that its reader calls a target at one examination and something else at another. Kept.
-- The finding is on the rows that differ from the lesion's first examination.
WITH seen AS (
    SELECT
        lesion.row_id,
        lesion.role,
        first_value(lesion.role) OVER (
            PARTITION BY lesion.patient_id, lesion.reader_id, lesion.lesion_id, lesion.course_no
            ORDER BY exam.exam_date, exam.exam_no
        ) AS first_role
    FROM validated.lesion_measurement AS lesion
    INNER JOIN validated.imaging_visit AS exam
        ON exam.patient_id = lesion.patient_id AND exam.exam_no = lesion.exam_no
)

SELECT row_id, 'role' AS column_name
FROM seen
WHERE role <> first_role AND 'TARGET' IN (role, first_role)
