-- harmonised.baseline_lesion: the lesions a course began with, by series; one row a lesion.
--
-- role: TARGET as on the baseline exam; NONTARGET as on it or an exam between it and the start; a lesion with role NEW
-- that the reader saw on or before the start is PRESENT, unless the reader later found it gone: it was found under an
-- earlier course and is not new for this one (clinical-definitions 1.2a), also where the reader did not name it again
-- on the baseline exam. Nor is it a target. A non-target that was gone (CR) is left out. The person is in series, the
-- rows behind a lesion are those of its name in course_reading up to the start.
SELECT
    r.series_no,
    r.lesion_id,
    CASE
        WHEN bool_or(r.role = 'TARGET' AND r.course_exam_no = b.course_exam_no) THEN 'TARGET'
        WHEN bool_or(r.role = 'NONTARGET') THEN 'NONTARGET'
        ELSE 'PRESENT'
    END AS role,
    bool_or(r.is_node) AS is_node
FROM harmonised.course_reading AS r
INNER JOIN harmonised.baseline_sum AS b ON r.series_no = b.series_no
WHERE
    NOT r.is_after_start
    AND (
        (r.course_exam_no = b.course_exam_no AND r.role = 'TARGET')
        OR (r.exam_date >= b.exam_date AND r.role = 'NONTARGET' AND r.nontarget_status <> 'CR')
        OR r.role = 'NEW'
    )
GROUP BY r.series_no, r.lesion_id
HAVING bool_or(r.role <> 'NEW') OR arg_max(r.is_seen, (r.exam_date, r.exam_no))
