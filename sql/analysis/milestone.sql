-- milestone: what happened to a person from the index date on, for a swimmer plot; one row a person and milestone.
--
-- duration: the last contact (a death is one) on or before the cut-off. first_response, progression, new_therapy,
-- death: the first of each that study.endpoint_source has after the index. treatment_end: the last dose (else the end)
-- of the index course; ongoing: that course is open at the last contact. Months = days / 30.4375.
WITH item AS (
    SELECT
        usubjid,
        CASE source WHEN 'response' THEN 'first_response' ELSE source END AS milestone,
        min(adt) AS adt
    FROM study.endpoint_source
    WHERE source IN ('response', 'progression', 'new_therapy', 'death')
    GROUP BY usubjid, source
    UNION ALL BY NAME
    SELECT usubjid, 'duration' AS milestone, adt
    FROM study.endpoint_source
    WHERE source = 'last_contact'
),

course AS (
    SELECT
        a.usubjid,
        CASE WHEN t.is_open THEN 'ongoing' ELSE 'treatment_end' END AS milestone,
        CASE WHEN t.is_open THEN d.adt ELSE least(coalesce(t.last_dose_date, t.end_date), d.adt) END AS adt
    FROM study.adsl AS a
    INNER JOIN harmonised.treatment_line AS t ON a.usubjid = t.usubjid AND a.course_no = t.course_no
    INNER JOIN item AS d ON a.usubjid = d.usubjid AND d.milestone = 'duration'
)

SELECT
    a.study_id,
    a.usubjid,
    i.milestone,
    i.adt,
    (i.adt - a.index_date) / getvariable('days_per_month') AS months
FROM (SELECT * FROM item UNION ALL BY NAME SELECT * FROM course) AS i
INNER JOIN study.adsl AS a ON i.usubjid = a.usubjid
WHERE i.adt IS NOT NULL
ORDER BY a.usubjid, i.milestone
