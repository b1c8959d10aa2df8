-- harmonised.person: one person across hospitals; one row a patient number of a hospital.
--
-- Rows with the same link_key are one person. So are rows that a person at the coordinating centre confirmed to be
-- one (quality.link_decision), with everybody who shares a key with them and whoever is confirmed to be one of those.
-- Similar persons without a key are candidates for that decision and never linked here. link_basis says why a row is
-- not alone: LINK_KEY another row has its key, CONFIRMED by a decision, SINGLE it is alone. usubjid is the first
-- `site-patient` of the person in the order of the alphabet, so that it does not depend on the order of deliveries.
-- The index site is a study's choice.
-- Choices: sex and birth year are each row's own; where linked rows disagree, has_sex_conflict or
-- has_birth_year_conflict says so on all of them, and the link stands.
-- has_open_error: a course, exam or follow-up row of the person carries an error finding at any hospital
-- (extract contract, effects): reports show the analysis with and without these persons.
WITH RECURSIVE row_of AS (
    SELECT
        p.site_id,
        p.patient_id,
        p.sex,
        p.birth_year::INTEGER AS birth_year,
        p.etiology,
        p.height_cm,
        p.row_id,
        p.site_id || '-' || p.patient_id AS own_id,
        coalesce(nullif(trim(p.link_key), ''), p.site_id || '-' || p.patient_id) AS person_key
    FROM validated.patient AS p
),

pair AS ( -- each confirmed pair both ways
    SELECT site_id, patient_id, other_site_id, other_patient_id
    FROM quality.link_decision
    WHERE decision = 'confirmed'
    UNION ALL
    SELECT other_site_id, other_patient_id, site_id, patient_id
    FROM quality.link_decision
    WHERE decision = 'confirmed'
),

confirmed AS (
    SELECT
        this.person_key,
        other.person_key AS other_key
    FROM pair
    INNER JOIN row_of AS this ON this.site_id = pair.site_id AND this.patient_id = pair.patient_id
    INNER JOIN row_of AS other ON other.site_id = pair.other_site_id AND other.patient_id = pair.other_patient_id
),

reached AS ( -- only keys of confirmed pairs: as small as the decisions are few
    SELECT person_key, other_key FROM confirmed
    UNION
    SELECT reached.person_key, confirmed.other_key
    FROM reached
    INNER JOIN confirmed ON confirmed.person_key = reached.other_key
),

together AS (
    SELECT person_key, min(other_key) AS first_key FROM reached GROUP BY person_key
),

erroneous AS (
    SELECT DISTINCT
        site_id,
        patient_id
    FROM quality.finding
    WHERE severity = 'error' AND table_name IN ('treatment_course', 'imaging_visit', 'followup_event')
)

SELECT
    min(r.own_id) OVER person AS usubjid,
    r.site_id,
    r.patient_id,
    CASE
        WHEN count(*) OVER (PARTITION BY r.person_key) > 1 THEN 'LINK_KEY'
        WHEN together.first_key IS NOT NULL THEN 'CONFIRMED'
        ELSE 'SINGLE'
    END AS link_basis,
    r.birth_year,
    r.sex,
    r.etiology,
    r.height_cm,
    min(r.sex) OVER person <> max(r.sex) OVER person AS has_sex_conflict,
    min(r.birth_year) OVER person <> max(r.birth_year) OVER person AS has_birth_year_conflict,
    bool_or(erroneous.patient_id IS NOT NULL) OVER person AS has_open_error,
    r.row_id
FROM row_of AS r
LEFT JOIN together ON together.person_key = r.person_key
LEFT JOIN erroneous ON erroneous.site_id = r.site_id AND erroneous.patient_id = r.patient_id
WINDOW person AS (PARTITION BY coalesce(together.first_key, r.person_key))
