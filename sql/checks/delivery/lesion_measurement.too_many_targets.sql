-- More target lesions than reference.target_limit allows in one organ, or in all. Kept, and all of them are summed: the
-- reader's choice cannot be taken back later, and leaving one out would change the sum.
-- The finding is on the lesions beyond the number, by name, on the reader's first examination that has them.
WITH counted AS (
    SELECT
        lesion.row_id,
        lesion.organ,
        exam.exam_date,
        exam.exam_no,
        row_number() OVER (
            PARTITION BY lesion.patient_id, lesion.reader_id, lesion.course_no, exam.exam_no, lesion.organ
            ORDER BY lesion.lesion_id
        ) AS no_in_organ,
        row_number() OVER (
            PARTITION BY lesion.patient_id, lesion.reader_id, lesion.course_no, exam.exam_no ORDER BY lesion.lesion_id
        ) AS no_in_all,
        lesion.patient_id,
        lesion.reader_id,
        lesion.course_no
    FROM validated.lesion_measurement AS lesion
    INNER JOIN validated.imaging_visit AS exam
        ON exam.patient_id = lesion.patient_id AND exam.exam_no = lesion.exam_no
    WHERE lesion.role = 'TARGET'
)

SELECT
    counted.row_id,
    CASE WHEN counted.organ IN ('NODE_PORTA', 'NODE_OTHER') THEN 'short_axis_mm' ELSE 'viable_mm' END AS column_name
FROM counted
CROSS JOIN reference.target_limit
WHERE counted.no_in_organ > target_limit.max_in_organ OR counted.no_in_all > target_limit.max_in_all
QUALIFY rank() OVER (
    PARTITION BY counted.patient_id, counted.reader_id, counted.course_no ORDER BY counted.exam_date, counted.exam_no
) = 1
