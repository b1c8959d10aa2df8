-- harmonised.treatment_line: each course of a person with what came before it and what went on beside it.
--
-- The general relation that a study's exposure groups are predicates over (clinical-definitions 7): order, the
-- systemic regimens begun before the course, the courses still going on when it began.
-- Definitions: prior = begun before this course's start date. overlap = begun on or before this start and with a
-- dose on or after it, or open without an end. systemic_line_no counts systemic courses up to this one; haic_no
-- HAIC courses. Progressions on a course: harmonised.progression.
WITH pair AS (
    SELECT
        c.course_id,
        list_sort(list(DISTINCT o.regimen) FILTER (o.kind = 'SYSTEMIC' AND o.start_date < c.start_date))
            AS prior_systemic,
        list_sort(list(o.course_no) FILTER (o.kind = 'SYSTEMIC' AND o.start_date < c.start_date))
            AS prior_systemic_course_nos,
        list_sort(list(DISTINCT o.regimen) FILTER (o.kind = 'LOCAL' AND o.start_date < c.start_date)) AS prior_local,
        count(*) FILTER (o.kind = 'HAIC' AND o.start_date < c.start_date) AS n_prior_haic,
        list_sort(list(o.course_no) FILTER (
            o.course_no <> c.course_no AND o.start_date <= c.start_date
            AND (o.last_dose_date >= c.start_date OR o.is_open)
        )) AS overlap_course_nos,
        list_sort(list(DISTINCT o.regimen) FILTER (
            o.course_no <> c.course_no AND o.start_date <= c.start_date
            AND (o.last_dose_date >= c.start_date OR o.is_open)
        )) AS overlap,
        max(o.last_dose_date) FILTER (o.kind = 'SYSTEMIC' AND o.start_date < c.start_date)
            AS prior_systemic_last_dose_date
    FROM harmonised.treatment_course AS c
    INNER JOIN harmonised.treatment_course AS o ON c.usubjid = o.usubjid
    GROUP BY c.course_id
)

SELECT
    c.usubjid,
    c.course_no,
    c.regimen,
    c.kind,
    c.start_date,
    c.last_dose_date,
    c.end_date,
    c.is_open,
    c.stop_reason,
    c.site_id,
    c.site_ids,
    (len(coalesce(p.prior_systemic_course_nos, [])) + (c.kind = 'SYSTEMIC')::INTEGER)::INTEGER AS systemic_line_no,
    (p.n_prior_haic + (c.kind = 'HAIC')::INTEGER)::INTEGER AS haic_no,
    coalesce(list_sort(p.prior_systemic), []) AS prior_systemic,
    coalesce(p.prior_systemic_course_nos, []) AS prior_systemic_course_nos,
    p.prior_systemic_last_dose_date,
    coalesce(list_sort(p.prior_local), []) AS prior_local,
    coalesce(list_sort(p.overlap), []) AS overlap,
    coalesce(p.overlap_course_nos, []) AS overlap_course_nos,
    c.row_ids
FROM harmonised.treatment_course AS c
INNER JOIN pair AS p ON c.course_id = p.course_id
