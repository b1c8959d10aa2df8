-- assessment: the responses of one person that a study counts, course by course, and what each is worth for the best
-- response; one row a course and day.
--
-- is_counted: it counts for the best response. The reader is the one the study chose for that course.
-- known_later_date: the scan after the cut-off from which this exam is a PD by a new lesion; the study must not know it.
WITH later AS (
    SELECT
        course_no,
        reader_id,
        exam_date,
        min(pd_known_date) AS known_date
    FROM harmonised.visit_response
    WHERE
        usubjid = getvariable('person') AND definition = getvariable('definition') AND new_lesion = 'Y'
        AND overall_without_new <> 'PD'
    GROUP BY course_no, reader_id, exam_date
)

SELECT
    a.course_no,
    a.reader_id,
    a.adt AS day_date,
    a.avalc AS response,
    b.usubjid IS NOT NULL AS is_counted,
    b.worth,
    b.confirmed_worth,
    b.confirmation,
    b.confirming_date,
    b.broken_date,
    a.adt - b.index_date AS day,
    CASE WHEN a.avalc <> 'PD' AND l.known_date > s.cutoff THEN l.known_date END AS known_later_date,
    [a.srcrow] AS row_ids
FROM analysis.assessment AS a
INNER JOIN analysis.study AS s ON a.study_id = s.study_id
LEFT JOIN later AS l ON a.course_no = l.course_no AND a.reader_id = l.reader_id AND a.adt = l.exam_date
LEFT JOIN analysis.index_event AS i
    ON a.study_id = i.study_id AND a.usubjid = i.usubjid AND a.course_no = i.course_no
LEFT JOIN analysis.best_response AS b
    ON i.study_id = b.study_id AND i.usubjid = b.usubjid AND a.adt = b.adt
WHERE a.usubjid = getvariable('person') AND a.study_id = getvariable('study_id')
ORDER BY a.course_no, a.adt
