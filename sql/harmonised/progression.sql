-- harmonised.progression: the first progression of a course by definition and reader; one row where there is one.
--
-- How it is found: first_progression. row_ids: the lesion readings of that exam, then those of the new lesions that make
-- it a PD; or the recorded row.
-- Kept as a view: it repeats what first_progression, course_reading and new_lesion hold.
WITH reading AS (
    SELECT
        r.course_exam_no,
        list_sort(list(r.row_id)) AS row_ids
    FROM harmonised.course_reading AS r
    SEMI JOIN harmonised.first_progression AS c ON r.course_exam_no = c.course_exam_no
    GROUP BY r.course_exam_no
),

new_lesion_rows AS (
    SELECT
        c.course_exam_no,
        flatten(list(n.row_ids ORDER BY n.lesion_id)) AS row_ids
    FROM (SELECT DISTINCT course_exam_no, series_no, pd_date FROM harmonised.first_progression WHERE is_new_pd) AS c
    INNER JOIN harmonised.new_lesion AS n ON c.series_no = n.series_no AND n.detected_date <= c.pd_date
    GROUP BY c.course_exam_no
)

SELECT
    t.usubjid,
    t.course_no,
    c.definition,
    c.reader_id,
    c.pd_date,
    c.pd_known_date,
    c.site_id,
    c.exam_no,
    CASE
        WHEN c.course_exam_no IS NULL THEN [c.row_id]
        WHEN c.is_new_pd THEN r.row_ids || f.row_ids
        ELSE r.row_ids
    END AS row_ids
FROM harmonised.first_progression AS c
INNER JOIN harmonised.treatment_course AS t ON c.course_id = t.course_id
LEFT JOIN reading AS r ON c.course_exam_no = r.course_exam_no
LEFT JOIN new_lesion_rows AS f ON c.course_exam_no = f.course_exam_no
