-- scan: sums of the targets in mm; one row a course, reader and exam, the baseline exams included.
WITH exam AS (
    SELECT
        *,
        baseline_sum_mm AS number,
        true AS is_baseline
    FROM harmonised.baseline_exam
    UNION ALL BY NAME
    SELECT
        *,
        sum_mm AS number,
        false AS is_baseline
    FROM harmonised.lesion_sum
)

SELECT
    exam_date AS day,
    exam_no AS code,
    course_no,
    reader_id,
    number,
    is_baseline,
    [site_id] AS site_ids,
    row_ids
FROM exam
WHERE usubjid = getvariable('person') AND n_target > 0
