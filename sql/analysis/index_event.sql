-- index_event: the event that starts each person's time in the study; one row a person of the study's hospitals.
--
-- The first (or last) start of a course of the study's index regimens, over all hospitals (study.index_regimen,
-- index_which). siteid is the hospital where that course began: a person seen at two hospitals is one row, under it.
-- Persons whose index course began at a hospital outside the study are not the study's. A person without such a
-- course stays, with no date, so that the flow can count them.
WITH person AS (
    SELECT
        usubjid,
        min(site_id) AS site_id,
        arg_min(row_id, site_id) AS row_id
    FROM harmonised.person
    WHERE site_id IN (SELECT site_id FROM study.site)
    GROUP BY usubjid
),

event AS (
    SELECT
        usubjid,
        course_no,
        regimen,
        start_date,
        site_id,
        row_ids
    FROM harmonised.treatment_line
    WHERE regimen IN (SELECT regimen FROM study.index_regimen)
    QUALIFY row_number() OVER (
        PARTITION BY usubjid
        ORDER BY
            CASE WHEN getvariable('index_which') = 'first' THEN start_date END,
            CASE WHEN getvariable('index_which') = 'last' THEN start_date END DESC,
            course_no
    ) = 1
)

SELECT
    getvariable('study_id') AS study_id,
    p.usubjid,
    coalesce(e.site_id, p.site_id) AS siteid,
    e.course_no,
    e.regimen,
    e.start_date AS index_date,
    CASE WHEN e.usubjid IS NULL THEN 'patient' ELSE 'treatment_course' END AS srcdom,
    coalesce(e.row_ids[1], p.row_id) AS srcrow
FROM person AS p
LEFT JOIN event AS e ON p.usubjid = e.usubjid
WHERE e.usubjid IS NULL OR e.site_id IN (SELECT site_id FROM study.site)
