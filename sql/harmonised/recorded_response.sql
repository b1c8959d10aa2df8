-- harmonised.recorded_response: a hospital's own overall response of an exam after a course's start, as recorded; one
-- row a course, site, patient number, reader, criterion and exam. Kept beside the derived response, never instead.
--
-- Choices: the date is the exam's, not the day of reading. A recorded response without a course serves every course
-- begun before the exam; where the reader recorded one for this very course, only that one does. NON_CR_NON_PD of
-- the contract is written NON-CR/NON-PD, as in derived relations. definition is always `recorded`, so that a study
-- may choose recorded responses by name.
WITH response AS (
    SELECT
        p.usubjid,
        a.* EXCLUDE (course_no),
        v.exam_date,
        s.course_no AS own_course_no,
        a.course_no IS NOT NULL AS is_own
    FROM validated.response_assessment AS a
    INNER JOIN validated.imaging_visit AS v
        ON a.site_id = v.site_id AND a.patient_id = v.patient_id AND a.exam_no = v.exam_no
    INNER JOIN harmonised.person AS p ON a.site_id = p.site_id AND a.patient_id = p.patient_id
    LEFT JOIN harmonised.source_course AS s
        ON a.site_id = s.site_id AND a.patient_id = s.patient_id AND a.course_no = s.source_course_no
),

own AS (
    SELECT DISTINCT
        site_id,
        patient_id,
        reader_id,
        exam_no,
        criterion,
        own_course_no
    FROM response
    WHERE own_course_no IS NOT NULL
)

SELECT
    c.usubjid,
    c.course_no,
    'recorded' AS definition,
    a.criterion,
    a.site_id,
    a.patient_id,
    a.reader_id,
    a.exam_no,
    a.exam_date,
    a.target_resp AS target_response,
    a.nontarget_resp AS nontarget_response,
    a.new_lesion,
    replace(a.overall, 'NON_CR_NON_PD', 'NON-CR/NON-PD') AS overall_response,
    CASE WHEN a.overall = 'PD' THEN a.exam_date END AS pd_known_date,
    a.row_id
FROM response AS a
INNER JOIN harmonised.treatment_course AS c ON a.usubjid = c.usubjid AND a.exam_date > c.start_date AND c.has_response
LEFT JOIN own AS o
    ON a.site_id = o.site_id AND a.patient_id = o.patient_id AND a.reader_id = o.reader_id
    AND a.exam_no = o.exam_no AND a.criterion = o.criterion AND c.course_no = o.own_course_no
WHERE CASE WHEN a.is_own THEN a.own_course_no = c.course_no ELSE o.own_course_no IS NULL END
