-- Patients of two hospitals who may be one person: same date of birth, sex, first HAIC date and height, and not
-- linked by a key. A candidate only: a human confirms it, and until then they are two.
-- temp.birth exists while the warehouse is built and is never published.
WITH person AS (
    SELECT
        patient.site_id,
        patient.patient_id,
        patient.row_id,
        linked.usubjid,
        birth.birth_date,
        patient.sex,
        patient.height_cm,
        min(course.start_date) AS first_haic_date
    FROM validated.patient AS patient
    INNER JOIN harmonised.person AS linked
        ON linked.site_id = patient.site_id AND linked.patient_id = patient.patient_id
    INNER JOIN temp.birth AS birth ON birth.site_id = patient.site_id AND birth.patient_id = patient.patient_id
    INNER JOIN validated.treatment_course AS course
        ON course.site_id = patient.site_id
        AND course.patient_id = patient.patient_id
        AND course.regimen = 'HAIC_FP'
    GROUP BY ALL
)

SELECT this.site_id, this.row_id, 'birth_date' AS column_name
FROM person AS this
SEMI JOIN person AS other
    ON other.site_id <> this.site_id
    AND other.usubjid <> this.usubjid
    AND other.birth_date = this.birth_date
    AND other.sex = this.sex
    AND other.first_haic_date = this.first_haic_date
    AND other.height_cm = this.height_cm
