-- harmonised.exam_record: a hospital's own overall response of an exam after a course's start, as recorded; one row a
-- series, criterion and exam. Kept beside the derived response, never instead.
--
-- Choices: the date is the exam's, not the day of reading. A recorded response without a course serves every course
-- begun before the exam; where the reader recorded one for this very course, only that one does. NON_CR_NON_PD of
-- the contract is written NON-CR/NON-PD, as in derived relations. course_exam_no is null where the exam has no lesion
-- that serves the course. With the person, the reader and what else was recorded: recorded_response.
WITH own AS (
    SELECT
        a.site_id,
        a.patient_id,
        a.reader_id,
        a.exam_no,
        a.criterion,
        s.course_no,
        list(a.course_no) AS source_course_nos
    FROM validated.response_assessment AS a
    INNER JOIN harmonised.source_course AS s
        ON a.site_id = s.site_id AND a.patient_id = s.patient_id AND a.course_no = s.source_course_no
    GROUP BY ALL
)

SELECT
    s.series_no,
    e.course_exam_no,
    a.criterion::ENUM ('MRECIST', 'RECIST11') AS criterion,
    a.exam_no,
    v.exam_date,
    replace(a.overall, 'NON_CR_NON_PD', 'NON-CR/NON-PD')::ENUM (
        'CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD', 'NE'
    ) AS overall_response,
    CASE WHEN a.overall = 'PD' THEN v.exam_date END AS pd_known_date,
    a.row_id
FROM validated.response_assessment AS a
INNER JOIN validated.imaging_visit AS v
    ON a.site_id = v.site_id AND a.patient_id = v.patient_id AND a.exam_no = v.exam_no
INNER JOIN harmonised.series AS s
    ON a.site_id = s.site_id AND a.patient_id = s.patient_id AND a.reader_id = s.reader_id AND v.exam_date > s.start_date
LEFT JOIN harmonised.course_exam AS e ON s.series_no = e.series_no AND a.exam_no = e.exam_no
LEFT JOIN own AS o
    ON a.site_id = o.site_id AND a.patient_id = o.patient_id AND a.reader_id = o.reader_id
    AND a.exam_no = o.exam_no AND a.criterion = o.criterion AND s.course_no = o.course_no
WHERE
    CASE
        WHEN o.source_course_nos IS NULL THEN a.course_no IS NULL
        ELSE coalesce(list_contains(o.source_course_nos, a.course_no), false)
    END
