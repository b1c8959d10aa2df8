-- harmonised.source_course: each course as a hospital recorded it, and the person's course it belongs to.
--
-- Definition (clinical-definitions 6 and 7): HAIC starts with its first administration of a drug, not with the port
-- insertion; without administrations with the recorded start. A restart of the same regimen at most restart_gap_days
-- after its last dose is the same course; the gap may be zero or negative, so the same course recorded at two
-- hospitals becomes one. For local treatment only overlapping records are one: each session counts.
-- Choices: a course that is still ongoing, without an end, has no gap after it. Where a dose of the patient was
-- refused by validation, the recorded start stays: a refused row must not move an index date. A course in between
-- of another regimen does not break the gap rule. course_no counts a person's courses by start over all hospitals;
-- course_id counts the courses of all persons, so that large relations are joined by one number.
WITH dose AS (
    SELECT
        site_id,
        patient_id,
        course_no,
        min(admin_date) AS first_dose_date,
        max(admin_date) AS last_dose_date
    FROM validated.administration
    GROUP BY site_id, patient_id, course_no
),

refused AS (
    SELECT DISTINCT
        site_id,
        patient_id
    FROM quality.finding
    WHERE table_name = 'administration' AND severity = 'error'
),

course AS (
    SELECT
        p.usubjid,
        t.site_id,
        t.patient_id,
        t.course_no::INTEGER AS source_course_no,
        t.regimen,
        r.kind,
        r.has_response,
        t.start_date AS recorded_start_date,
        CASE
            WHEN r.kind = 'HAIC' AND f.patient_id IS NULL THEN coalesce(d.first_dose_date, t.start_date)
            ELSE t.start_date
        END AS start_date,
        t.end_date,
        greatest(t.end_date, d.last_dose_date) AS last_dose_date,
        t.stop_reason,
        t.end_date IS NULL AND t.stop_reason IS NOT DISTINCT FROM 'ONGOING' AS is_open,
        CASE WHEN r.has_response THEN x.restart_gap_days ELSE 0 END AS gap_days,
        t.row_id
    FROM validated.treatment_course AS t
    INNER JOIN harmonised.person AS p ON t.site_id = p.site_id AND t.patient_id = p.patient_id
    INNER JOIN harmonised.regimen AS r ON t.regimen = r.regimen
    INNER JOIN harmonised.definition AS x ON x.is_default
    LEFT JOIN dose AS d ON t.site_id = d.site_id AND t.patient_id = d.patient_id AND t.course_no = d.course_no
    LEFT JOIN refused AS f ON t.site_id = f.site_id AND t.patient_id = f.patient_id
),

reach AS (
    SELECT
        *,
        max(CASE WHEN is_open THEN DATE '9999-12-31' ELSE greatest(start_date, last_dose_date) END) OVER (
            PARTITION BY usubjid, regimen ORDER BY start_date, row_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_date
    FROM course
),

island AS (
    SELECT
        *,
        sum(CASE WHEN start_date - reached_date <= gap_days THEN 0 ELSE 1 END) OVER (
            PARTITION BY usubjid, regimen ORDER BY start_date, row_id
        ) AS island_no
    FROM reach
),

begun AS (
    SELECT
        *,
        min(start_date) OVER (PARTITION BY usubjid, regimen, island_no) AS begun_date
    FROM island
)

SELECT
    * EXCLUDE (gap_days, reached_date, island_no, begun_date),
    dense_rank() OVER (PARTITION BY usubjid ORDER BY begun_date, regimen)::INTEGER AS course_no,
    dense_rank() OVER (ORDER BY usubjid, begun_date, regimen)::INTEGER AS course_id
FROM begun
