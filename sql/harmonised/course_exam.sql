-- harmonised.course_exam: the exams whose lesion readings serve a course; one row a series and exam.
--
-- Choices: where a reader read an exam for one course, only those rows serve that course on that exam; rows without
-- a course serve the others. source_course_nos are the hospital's numbers of that course, null where the rows without
-- a course serve. Exams up to baseline_fallback_days before the start are kept for the baseline. course_exam_no
-- numbers the rows by series, day and exam.
WITH reading AS (
    SELECT
        site_id,
        patient_id,
        reader_id,
        exam_no,
        course_no
    FROM validated.lesion_measurement
    GROUP BY ALL
),

own AS (
    SELECT
        s.series_no,
        r.exam_no,
        list_sort(list(r.course_no::INTEGER)) AS source_course_nos
    FROM reading AS r
    INNER JOIN harmonised.source_course AS c
        ON r.site_id = c.site_id AND r.patient_id = c.patient_id AND r.course_no = c.source_course_no
    INNER JOIN harmonised.series AS s
        ON c.course_no = s.course_no AND r.site_id = s.site_id AND r.patient_id = s.patient_id
        AND r.reader_id = s.reader_id
    GROUP BY s.series_no, r.exam_no
),

served AS (
    SELECT
        series_no,
        exam_no,
        source_course_nos
    FROM own
    UNION ALL
    SELECT
        s.series_no,
        r.exam_no,
        NULL AS source_course_nos
    FROM reading AS r
    INNER JOIN harmonised.series AS s
        ON r.site_id = s.site_id AND r.patient_id = s.patient_id AND r.reader_id = s.reader_id
    ANTI JOIN own AS o ON s.series_no = o.series_no AND r.exam_no = o.exam_no
    WHERE r.course_no IS NULL
)

SELECT
    row_number() OVER (ORDER BY e.series_no, v.exam_date, e.exam_no)::INTEGER AS course_exam_no,
    e.series_no,
    e.exam_no,
    v.exam_date,
    v.exam_date > s.start_date AS is_after_start,
    v.phase_complete,
    e.source_course_nos
FROM served AS e
INNER JOIN harmonised.series AS s ON e.series_no = s.series_no
INNER JOIN validated.imaging_visit AS v
    ON s.site_id = v.site_id AND s.patient_id = v.patient_id AND e.exam_no = v.exam_no
INNER JOIN harmonised.definition AS d ON d.is_default
WHERE s.start_date - v.exam_date <= d.baseline_fallback_days
