-- candidate_side: what is known of one patient of one hospital, to be held against another hospital's; one row a patient of
-- temp.asked (site_id, patient_id). birth_year only: the date of birth is never published.
WITH course AS (
    SELECT
        t.site_id,
        t.patient_id,
        count(*) AS n_courses,
        string_agg(DISTINCT t.regimen, ', ' ORDER BY t.regimen) AS regimens,
        min(t.start_date) AS first_course_date,
        max(coalesce(t.end_date, t.start_date)) AS last_course_date,
        min(t.start_date) FILTER (starts_with(t.regimen, 'HAIC')) AS first_haic_date
    FROM validated.treatment_course AS t
    SEMI JOIN temp.asked AS a ON t.site_id = a.site_id AND t.patient_id = a.patient_id
    GROUP BY t.site_id, t.patient_id
),

followup AS (
    SELECT
        f.site_id,
        f.patient_id,
        min(f.event_date) FILTER (f.event_type = 'DEATH') AS death_date,
        max(f.event_date) AS last_event_date
    FROM validated.followup_event AS f
    SEMI JOIN temp.asked AS a ON f.site_id = a.site_id AND f.patient_id = a.patient_id
    GROUP BY f.site_id, f.patient_id
)

SELECT
    p.site_id,
    p.patient_id,
    h.usubjid,
    p.sex,
    p.birth_year,
    p.height_cm,
    p.etiology,
    d.hcc_dx_date,
    c.first_haic_date,
    c.first_course_date,
    c.last_course_date,
    c.n_courses,
    c.regimens,
    f.last_event_date,
    f.death_date
FROM validated.patient AS p
SEMI JOIN temp.asked AS a ON p.site_id = a.site_id AND p.patient_id = a.patient_id
LEFT JOIN harmonised.person AS h ON p.site_id = h.site_id AND p.patient_id = h.patient_id
LEFT JOIN validated.diagnosis AS d ON p.site_id = d.site_id AND p.patient_id = d.patient_id
LEFT JOIN course AS c ON p.site_id = c.site_id AND p.patient_id = c.patient_id
LEFT JOIN followup AS f ON p.site_id = f.site_id AND p.patient_id = f.patient_id
