-- harmonised.course_reading: every lesion reading that serves a course, with its measurement; one row a course,
-- exam, reader and lesion.
--
-- Sources: mRECIST (Lencioni & Llovet 2010) 1.1: the longest viable diameter inside the liver; RECIST 1.1 (Eisenhauer
-- 2009) for nodes (short axis) and other extrahepatic lesions (whole diameter, else the viable one).
-- measure_mm: what enters a sum; 0 for a lesion that is gone; null where it cannot be evaluated, and, in the liver,
-- where the arterial phase is missing. size_mm: of a new lesion, total, else viable; nodes by their short axis.
-- is_seen: the lesion is there on this exam. A reading of one hospital's patient number and reader is a series of its
-- own: lesion names of two hospitals are not the same lesions, and two readers are never mixed.
-- Choices: where a reader read an exam for one course, only those rows serve that course on that exam; rows without
-- a course serve the others. Exams up to baseline_fallback_days before the start are kept for the baseline.
WITH lesion AS (
    SELECT
        p.usubjid,
        l.site_id,
        l.patient_id,
        l.reader_id,
        l.exam_no,
        v.exam_date,
        s.course_no AS own_course_no,
        l.course_no IS NOT NULL AS is_own,
        l.lesion_id,
        l.role,
        l.organ,
        l.organ IN ('NODE_PORTA', 'NODE_OTHER') AS is_node,
        l.nontarget_status,
        l.aphe,
        l.washout,
        l.cytology,
        CASE
            WHEN l.organ = 'LIVER' AND v.phase_complete = 'N' THEN NULL
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
        l.status,
        l.row_id
    FROM validated.lesion_measurement AS l
    INNER JOIN validated.imaging_visit AS v
        ON l.site_id = v.site_id AND l.patient_id = v.patient_id AND l.exam_no = v.exam_no
    INNER JOIN harmonised.person AS p ON l.site_id = p.site_id AND l.patient_id = p.patient_id
    LEFT JOIN harmonised.source_course AS s
        ON l.site_id = s.site_id AND l.patient_id = s.patient_id AND l.course_no = s.source_course_no
),

own AS (
    SELECT DISTINCT
        site_id,
        patient_id,
        reader_id,
        exam_no,
        own_course_no
    FROM lesion
    WHERE own_course_no IS NOT NULL
)

SELECT
    c.usubjid,
    c.course_no,
    l.site_id,
    l.patient_id,
    l.reader_id,
    l.exam_no,
    l.exam_date,
    c.start_date,
    l.exam_date > c.start_date AS is_after_start,
    l.lesion_id,
    l.role,
    l.organ,
    l.is_node,
    l.measure_mm,
    l.size_mm,
    l.status = 'EVALUABLE' AND coalesce(l.size_mm > 0, true) AS is_seen,
    l.nontarget_status,
    l.aphe,
    l.washout,
    l.cytology,
    l.row_id
FROM lesion AS l
INNER JOIN harmonised.treatment_course AS c ON l.usubjid = c.usubjid AND c.has_response
INNER JOIN harmonised.definition AS d ON d.is_default
LEFT JOIN own AS o
    ON l.site_id = o.site_id AND l.patient_id = o.patient_id AND l.reader_id = o.reader_id
    AND l.exam_no = o.exam_no AND c.course_no = o.own_course_no
WHERE
    c.start_date - l.exam_date <= d.baseline_fallback_days
    AND CASE WHEN l.is_own THEN l.own_course_no = c.course_no ELSE o.own_course_no IS NULL END
