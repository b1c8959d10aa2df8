-- reader_choice: whose reading of a person's course counts; one row a course that one of the study's readers read.
--
-- The readers that the study names, in its order (study.reader): the first who read the course; one marked
-- needs_every_exam (an adjudicator) only when that reader covered every exam that any reader read, the baseline's too:
-- without it the adjudicator's responses are NE and another reader's are not. Under the rules
-- earlier_pd and later_pd the reader whose first progression on the course is earlier (later) comes first; no
-- progression is latest. A reader is chosen for the whole course: two readers' sums are never mixed.
WITH reader AS (
    SELECT
        study_id,
        usubjid,
        course_no,
        reader_id,
        count(DISTINCT (site_id, patient_id, exam_no)) AS n_read,
        count(DISTINCT (site_id, patient_id, exam_no)) FILTER (has_baseline) AS n_with_baseline,
        coalesce(min(adt) FILTER (avalc = 'PD'), DATE '9999-12-31') AS pd_date
    FROM study.reading
    GROUP BY study_id, usubjid, course_no, reader_id
),

exam AS (
    SELECT
        usubjid,
        course_no,
        count(DISTINCT (site_id, patient_id, exam_no)) AS n_exam,
        count(DISTINCT (site_id, patient_id, exam_no)) FILTER (has_baseline) AS n_with_baseline
    FROM study.reading
    GROUP BY usubjid, course_no
)

SELECT
    r.study_id,
    r.usubjid,
    r.course_no,
    r.reader_id,
    r.n_read,
    e.n_exam
FROM reader AS r
INNER JOIN exam AS e ON r.usubjid = e.usubjid AND r.course_no = e.course_no
INNER JOIN study.reader AS c ON r.reader_id = c.reader_id
WHERE NOT c.needs_every_exam OR (r.n_read = e.n_exam AND r.n_with_baseline = e.n_with_baseline)
QUALIFY row_number() OVER (
    PARTITION BY r.usubjid, r.course_no
    ORDER BY
        CASE WHEN getvariable('reader_rule') = 'earlier_pd' THEN r.pd_date END,
        CASE WHEN getvariable('reader_rule') = 'later_pd' THEN r.pd_date END DESC,
        c.position
) = 1
