-- quality.link_candidate: two patients of different hospitals who may be one person, each pair once: same date of birth,
-- sex, first HAIC date and height, and not one person yet. A candidate only: a person confirms or rejects it
-- (quality.link_decision), and until it is confirmed they are two. The pair stands in the order of the hospitals.
-- temp.birth exists while the warehouse is built; the date of birth itself is never published.
WITH person AS (
    SELECT
        patient.site_id,
        patient.patient_id,
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

SELECT
    this.site_id,
    this.patient_id,
    other.site_id AS other_site_id,
    other.patient_id AS other_patient_id,
    this.sex,
    this.height_cm,
    this.first_haic_date
FROM person AS this
INNER JOIN person AS other
    ON this.site_id < other.site_id
    AND this.usubjid <> other.usubjid
    AND this.birth_date = other.birth_date
    AND this.sex = other.sex
    AND this.first_haic_date = other.first_haic_date
    AND this.height_cm = other.height_cm
ORDER BY ALL
