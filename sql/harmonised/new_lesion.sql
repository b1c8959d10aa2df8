-- harmonised.new_lesion: lesions that are new for a course and met the criteria of progression; one row a course,
-- series (site, patient number, reader) and lesion, with the day it was first detected and the day it met them.
--
-- Source: mRECIST (Lencioni & Llovet 2010; clinical-definitions 1.5); RECIST 1.1 for other extrahepatic lesions.
--   liver: 10 mm or more with arterial enhancement and washout; without the pattern after growing by 10 mm or
--     more since a smaller earlier size; under 10 mm equivocal
--   vein or bile duct (PV, HV, BD): enhancing; effusion and ascites: positive cytology
--   node at the porta hepatis: short axis 20 mm or more; other node: 10 mm or more (smaller is a normal node in
--     RECIST 1.1); any other site: as soon as it is seen
-- A lesion that was there when the course began is not new for it (baseline_lesion).
WITH new_reading AS (
    SELECT
        r.*,
        min(r.size_mm) OVER (
            PARTITION BY r.series_no, r.lesion_id ORDER BY r.exam_date, r.exam_no
        ) AS smallest_mm
    FROM harmonised.course_reading AS r
    ANTI JOIN harmonised.baseline_lesion AS l ON r.series_no = l.series_no AND r.lesion_id = l.lesion_id
    WHERE r.is_after_start AND r.role = 'NEW' AND r.is_seen
),

reading_criterion AS (
    SELECT
        *,
        CASE
            WHEN organ = 'LIVER' AND size_mm >= 10 AND aphe = 'Y' AND washout = 'Y' THEN 'TYPICAL'
            WHEN organ = 'LIVER' AND size_mm - smallest_mm >= 10 THEN 'GROWTH'
            WHEN organ IN ('PV', 'HV', 'BD') AND aphe = 'Y' THEN 'ENHANCING_THROMBUS'
            WHEN organ = 'EFFUSION' AND cytology = 'POS' THEN 'CYTOLOGY'
            WHEN organ = 'NODE_PORTA' AND size_mm >= 20 THEN 'NODE_PORTA'
            WHEN organ = 'NODE_OTHER' AND size_mm >= 10 THEN 'NODE_OTHER'
            WHEN organ IN ('LUNG', 'BONE', 'ADRENAL', 'PERITONEUM', 'OTHER') THEN 'EXTRAHEPATIC'
        END AS criterion
    FROM new_reading
)

SELECT
    usubjid,
    course_no,
    site_id,
    patient_id,
    reader_id,
    lesion_id,
    any_value(organ) AS organ,
    arg_min(criterion, (exam_date, exam_no)) FILTER (criterion IS NOT NULL) AS criterion,
    min(exam_date) AS detected_date,
    min(exam_date) FILTER (criterion IS NOT NULL) AS met_date,
    list_transform(
        list_sort(list(struct_pack(exam_date := exam_date, row_id := row_id))), lambda reading: reading.row_id
    ) AS row_ids,
    series_no
FROM reading_criterion
GROUP BY usubjid, course_no, site_id, patient_id, reader_id, series_no, lesion_id
HAVING bool_or(criterion IS NOT NULL)
