-- scan: sums of the targets in mm; one row a course, reader and exam, the baseline exams included.
SELECT
    'scan' AS lane,
    exam_date AS day,
    exam_no AS code,
    course_no,
    reader_id,
    baseline_sum_mm AS number,
    true AS is_baseline,
    [site_id] AS site_ids,
    row_ids
FROM harmonised.baseline_exam
WHERE usubjid = getvariable('person') AND n_target > 0
UNION ALL BY NAME
SELECT
    'scan' AS lane,
    exam_date AS day,
    exam_no AS code,
    course_no,
    reader_id,
    sum_mm AS number,
    false AS is_baseline,
    [site_id] AS site_ids,
    row_ids
FROM harmonised.lesion_sum
WHERE usubjid = getvariable('person') AND n_target > 0
