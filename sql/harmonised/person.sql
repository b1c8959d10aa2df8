-- harmonised.person: one person across hospitals; one row a patient number of a hospital.
--
-- Rows with the same link_key are one person (link_basis LINK_KEY where the person has more than one row); without
-- a link_key, or alone with it, a row is a person of its own (SINGLE). Similar persons without a key are
-- candidates for a human and never linked here. usubjid is the first `site-patient` of the person in the order of
-- the alphabet, so that it does not depend on the order of deliveries. The index site is a study's choice.
-- Choices: sex and birth year are each row's own; where linked rows disagree, has_sex_conflict or
-- has_birth_year_conflict says so on all of them, and the link stands.
-- has_open_error: a course, exam or follow-up row of the person carries an error finding at any hospital
-- (extract contract, effects): reports show the analysis with and without these persons.
WITH row_of AS (
    SELECT
        p.site_id,
        p.patient_id,
        p.link_key,
        p.sex,
        p.birth_year::INTEGER AS birth_year,
        p.etiology,
        p.height_cm,
        p.row_id,
        p.site_id || '-' || p.patient_id AS own_id,
        coalesce(nullif(trim(p.link_key), ''), p.site_id || '-' || p.patient_id) AS person_key,
        f.patient_id IS NOT NULL AS has_error
    FROM validated.patient AS p
    LEFT JOIN (
        SELECT DISTINCT
            site_id,
            patient_id
        FROM quality.finding
        WHERE severity = 'error' AND table_name IN ('treatment_course', 'imaging_visit', 'followup_event')
    ) AS f
        ON p.site_id = f.site_id AND p.patient_id = f.patient_id
)

SELECT
    min(own_id) OVER person AS usubjid,
    site_id,
    patient_id,
    CASE WHEN count(*) OVER person > 1 THEN 'LINK_KEY' ELSE 'SINGLE' END AS link_basis,
    birth_year,
    sex,
    etiology,
    height_cm,
    min(sex) OVER person <> max(sex) OVER person AS has_sex_conflict,
    min(birth_year) OVER person <> max(birth_year) OVER person AS has_birth_year_conflict,
    bool_or(has_error) OVER person AS has_open_error,
    row_id
FROM row_of
WINDOW person AS (PARTITION BY person_key)
