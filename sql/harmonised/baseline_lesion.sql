-- harmonised.baseline_lesion: the lesions a course began with, by series; one row a lesion.
--
-- role: TARGET and NONTARGET as on the baseline exam; a lesion with role NEW that the reader saw on the baseline exam,
-- or between it and the start, is PRESENT: it was found under an earlier course and is not new for this one
-- (clinical-definitions 1.2a), nor is it a target. A non-target that was gone (CR) is left out.
WITH lesion AS (
    SELECT
        r.series_no,
        r.lesion_id,
        CASE
            WHEN bool_or(r.role = 'TARGET' AND r.exam_no = b.exam_no) THEN 'TARGET'
            WHEN bool_or(r.role = 'NONTARGET' AND r.exam_no = b.exam_no) THEN 'NONTARGET'
            ELSE 'PRESENT'
        END AS role,
        bool_or(r.is_node) AS is_node,
        list_sort(list(r.row_id)) AS row_ids
    FROM harmonised.course_reading AS r
    INNER JOIN harmonised.baseline_exam AS b ON r.series_no = b.series_no
    WHERE
        NOT r.is_after_start
        AND (
            (r.exam_no = b.exam_no AND r.role = 'TARGET')
            OR (r.exam_no = b.exam_no AND r.role = 'NONTARGET' AND r.nontarget_status <> 'CR')
            OR (r.exam_date >= b.exam_date AND r.role = 'NEW' AND r.is_seen)
        )
    GROUP BY r.series_no, r.lesion_id
)

SELECT
    s.usubjid,
    s.course_no,
    s.site_id,
    s.patient_id,
    s.reader_id,
    l.lesion_id,
    l.role,
    l.is_node,
    l.row_ids,
    l.series_no
FROM lesion AS l
INNER JOIN harmonised.series AS s ON l.series_no = s.series_no
