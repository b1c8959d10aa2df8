-- harmonised.course_exam: the exams whose lesion readings serve a course; one row a series and exam.
--
-- Choices: where a reader read an exam for one course, only those rows serve that course on that exam; rows without
-- a course serve the others. source_course_nos are the hospital's numbers of that course, null where the rows without
-- a course serve. Exams up to baseline_fallback_days before the start are kept for the baseline. course_exam_no
-- numbers the rows by series, day and exam.
WITH exam AS (
    SELECT
        r.site_id,
        r.patient_id,
        r.reader_id,
        r.course_no,
        v.exam_no,
        v.exam_date,
        v.phase_complete
    FROM (
        SELECT site_id, patient_id, reader_id, exam_no, course_no FROM validated.lesion_measurement GROUP BY ALL
    ) AS r
    INNER JOIN validated.imaging_visit AS v
        ON r.site_id = v.site_id AND r.patient_id = v.patient_id AND r.exam_no = v.exam_no
),

reading AS (
    SELECT
        s.series_no,
        s.start_date,
        x.exam_no,
        x.exam_date,
        x.phase_complete,
        x.course_no
    FROM exam AS x
    INNER JOIN harmonised.series AS s
        ON x.site_id = s.site_id AND x.patient_id = s.patient_id AND x.reader_id = s.reader_id
    INNER JOIN harmonised.definition AS d ON d.is_default
    WHERE s.start_date - x.exam_date <= d.baseline_fallback_days
),

own AS (
    SELECT
        r.series_no,
        r.exam_no,
        list_sort(list(r.course_no::INTEGER)) AS source_course_nos
    FROM reading AS r
    INNER JOIN harmonised.series AS s ON r.series_no = s.series_no
    INNER JOIN harmonised.source_course AS c
        ON s.site_id = c.site_id AND s.patient_id = c.patient_id AND s.course_no = c.course_no
        AND r.course_no = c.source_course_no
    GROUP BY r.series_no, r.exam_no
)

SELECT
    row_number() OVER (ORDER BY r.series_no, r.exam_date, r.exam_no)::INTEGER AS course_exam_no,
    r.series_no,
    r.exam_no,
    r.exam_date,
    r.exam_date > r.start_date AS is_after_start,
    r.phase_complete,
    o.source_course_nos
FROM reading AS r
LEFT JOIN own AS o ON r.series_no = o.series_no AND r.exam_no = o.exam_no
-- rows without a course where none is the course's own; of several source courses one stands for the exam
WHERE r.course_no IS NOT DISTINCT FROM o.source_course_nos[1]
