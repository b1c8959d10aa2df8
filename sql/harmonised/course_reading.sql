-- harmonised.course_reading: every lesion reading that serves a course, with its measurement; one row a course,
-- exam, reader and lesion.
--
-- Sources: mRECIST (Lencioni & Llovet 2010) 1.1: the longest viable diameter inside the liver; RECIST 1.1 (Eisenhauer
-- 2009) for nodes (short axis) and other extrahepatic lesions (whole diameter, else the viable one).
-- measure_mm: what enters a sum; 0 for a lesion that is gone; null where it cannot be evaluated, and, in the liver,
-- where the arterial phase is missing. size_mm: of a new lesion, total, else viable; nodes by their short axis.
-- is_seen: the lesion is there on this exam. Which exams serve a course: course_exam.
-- Kept as a view: it repeats the validated rows.
WITH lesion AS (
    SELECT
        s.usubjid,
        s.course_no,
        l.site_id,
        l.patient_id,
        l.reader_id,
        l.exam_no,
        e.exam_date,
        s.start_date,
        e.is_after_start,
        l.lesion_id,
        l.role,
        l.organ,
        l.organ IN ('NODE_PORTA', 'NODE_OTHER') AS is_node,
        CASE
            WHEN l.organ = 'LIVER' AND e.phase_complete = 'N' THEN NULL
            WHEN l.status = 'ABSENT' THEN 0
            WHEN l.status <> 'EVALUABLE' THEN NULL
            WHEN l.organ IN ('NODE_PORTA', 'NODE_OTHER') THEN l.short_axis_mm
            WHEN l.organ IN ('LIVER', 'PV', 'HV', 'BD') THEN l.viable_mm
            ELSE coalesce(l.total_mm, l.viable_mm)
        END::DECIMAL(9, 2) AS measure_mm,
        CASE
            WHEN l.organ IN ('NODE_PORTA', 'NODE_OTHER') THEN l.short_axis_mm
            ELSE coalesce(l.total_mm, l.viable_mm)
        END AS size_mm,
        l.status = 'EVALUABLE' AND coalesce(size_mm > 0, true) AS is_seen,
        l.nontarget_status,
        l.aphe,
        l.washout,
        l.cytology,
        l.row_id,
        e.series_no,
        e.course_exam_no
    FROM validated.lesion_measurement AS l
    INNER JOIN harmonised.series AS s
        ON l.site_id = s.site_id AND l.patient_id = s.patient_id AND l.reader_id = s.reader_id
    INNER JOIN harmonised.course_exam AS e ON s.series_no = e.series_no AND l.exam_no = e.exam_no
    WHERE
        CASE
            WHEN e.source_course_nos IS NULL THEN l.course_no IS NULL
            ELSE list_contains(e.source_course_nos, l.course_no)
        END
)

SELECT * FROM lesion
