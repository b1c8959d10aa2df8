-- cohort: who is in the study, in which exposure group, or why not; one row a person of index_event.
--
-- The study's groups and exclusions are rows of study.rule: a column that is null asks for nothing, every other must
-- hold. exposure_group is the first group that holds, also for persons who leave; exclusion_reason is the first
-- exclusion that holds, in the study's order, else NO_GROUP for a person of no group.
-- Systemic courses begun before the index are prior; overlap is a systemic course begun on or before it with a dose
-- on or after it. A progression on a prior course (every one lies after that course's start) counts until window_days
-- after its last dose, not after the index; a stop for one of stop_reasons counts as one where named.
-- What a rule asks of values before the index is judged in study.baseline_rule.
WITH fact AS (
    SELECT
        i.*,
        coalesce(t.prior_systemic, []) AS prior_systemic,
        list_intersect(
            coalesce(t.overlap, []), (SELECT list(regimen) FROM harmonised.regimen WHERE kind = 'SYSTEMIC')
        ) AS overlap,
        coalesce(d.is_unresolved, false) AS death_unresolved,
        p.has_open_error
    FROM study.index_event AS i
    LEFT JOIN harmonised.treatment_line AS t ON i.usubjid = t.usubjid AND i.course_no = t.course_no
    LEFT JOIN study.person_death AS d ON i.usubjid = d.usubjid
    LEFT JOIN (SELECT DISTINCT usubjid, has_open_error FROM harmonised.person) AS p ON i.usubjid = p.usubjid
),

prior_course AS (
    SELECT
        i.usubjid,
        c.course_no,
        c.last_dose_date,
        c.stop_reason,
        i.index_date
    FROM study.index_event AS i
    INNER JOIN harmonised.treatment_line AS c
        ON i.usubjid = c.usubjid AND c.kind = 'SYSTEMIC' AND c.start_date < i.index_date
),

-- one row a person and rule that asks about a progression, true if there is one
progression AS (
    SELECT
        c.usubjid,
        r.rule_no,
        bool_or(
            list_contains(r.stop_reasons, c.stop_reason)
            OR a.adt <= least(c.index_date, coalesce(c.last_dose_date, c.index_date) + r.window_days)
        ) AS has_progression
    FROM prior_course AS c
    INNER JOIN study.rule AS r ON r.wants_progression IS NOT NULL
    LEFT JOIN study.assessment AS a ON c.usubjid = a.usubjid AND c.course_no = a.course_no AND a.avalc = 'PD'
    GROUP BY c.usubjid, r.rule_no
),

held AS (
    SELECT
        f.usubjid,
        r.rule_no,
        r.is_group,
        r.name
    FROM fact AS f
    CROSS JOIN study.rule AS r
    LEFT JOIN progression AS g ON f.usubjid = g.usubjid AND r.rule_no = g.rule_no
    LEFT JOIN study.baseline_rule AS b ON f.usubjid = b.usubjid AND r.rule_no = b.rule_no
    WHERE
        (f.index_date IS NOT NULL OR r.no_index)
        AND (r.no_index IS NULL OR f.index_date IS NULL)
        AND (r.index_after_cutoff IS NULL OR f.index_date > getvariable('cutoff'))
        AND (r.death_unresolved IS NULL OR f.death_unresolved)
        AND (r.open_error IS NULL OR f.has_open_error)
        AND (r.index_regimen IS NULL OR list_contains(r.index_regimen, f.regimen))
        AND (r.prior_exactly IS NULL OR f.prior_systemic = list_sort(r.prior_exactly))
        AND (r.prior_any IS NULL OR list_has_any(f.prior_systemic, r.prior_any))
        AND (r.prior_other_than IS NULL OR NOT list_has_all(r.prior_other_than, f.prior_systemic))
        AND (r.no_overlap IS NULL OR len(f.overlap) = 0)
        AND (r.overlap_any IS NULL OR list_has_any(f.overlap, r.overlap_any))
        AND (r.wants_progression IS NULL OR r.wants_progression = coalesce(g.has_progression, false))
        AND (r.asks_baseline IS NULL OR b.holds)
)

SELECT
    f.study_id,
    f.usubjid,
    f.siteid,
    f.index_date,
    arg_min(h.name, h.rule_no) FILTER (h.is_group) AS exposure_group,
    coalesce(
        arg_min(h.name, h.rule_no) FILTER (NOT h.is_group),
        CASE WHEN count(h.rule_no) = 0 THEN 'NO_GROUP' END
    ) AS exclusion_reason,
    exclusion_reason IS NULL AS is_included,
    f.srcdom,
    f.srcrow
FROM fact AS f
LEFT JOIN held AS h ON f.usubjid = h.usubjid
GROUP BY ALL
