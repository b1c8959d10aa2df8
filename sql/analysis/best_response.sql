-- best_response: what each assessment of the index course is worth for the best response, unconfirmed and confirmed;
-- one row an assessment that counts (up to the first PD; before new therapy, where the study stops there).
--
-- Definitions (clinical-definitions 2; admiralonco derive_param_bor and derive_param_confirmed_bor). Unconfirmed: CR
-- and PR count at any time, SD and NON-CR/NON-PD from sd_min_days after the index, else they are worth NE.
-- Confirmed: a CR by a CR, a PR by the first PR or CR, at least confirm_days later; between and on it only CR and NE
-- (for a PR also PR, and one SD where accept_sd_between), NE at most max_ne, and no PR after a CR.
-- An unconfirmed CR or PR is worth SD from sd_min_days on, else NE.
WITH counted AS (
    SELECT
        a.usubjid,
        a.adt,
        a.avalc,
        a.definition,
        a.reader_id,
        a.srcdom,
        a.srcrow,
        c.index_date,
        a.adt - c.index_date >= r.sd_min_days AS is_late,
        r.confirm_days,
        r.max_ne,
        r.accept_sd_between
    FROM study.assessment AS a
    INNER JOIN study.index_event AS i ON a.usubjid = i.usubjid AND a.course_no = i.course_no
    INNER JOIN study.cohort AS c ON a.usubjid = c.usubjid AND c.is_included
    CROSS JOIN study.response_rule AS r
    LEFT JOIN (SELECT usubjid, min(adt) AS adt FROM study.new_therapy GROUP BY usubjid) AS n
        ON a.usubjid = n.usubjid AND r.stop_at_new_therapy
    WHERE a.adt > c.index_date AND coalesce(a.adt <= n.adt, true)
    QUALIFY a.adt <= coalesce(min(CASE WHEN a.avalc = 'PD' THEN a.adt END) OVER (PARTITION BY a.usubjid), a.adt)
),

confirming AS (
    SELECT
        a.usubjid,
        a.adt,
        min(b.adt) AS confirmed_date
    FROM counted AS a
    INNER JOIN counted AS b
        ON a.usubjid = b.usubjid AND b.adt >= a.adt + a.confirm_days AND b.adt > a.adt
        AND (b.avalc = 'CR' OR (b.avalc = 'PR' AND a.avalc = 'PR'))
    WHERE a.avalc IN ('CR', 'PR')
    GROUP BY a.usubjid, a.adt
),

judged AS (
    SELECT
        a.usubjid,
        a.adt,
        bool_and(
            CASE b.avalc
                WHEN 'CR' THEN true
                WHEN 'NE' THEN true
                WHEN 'PR' THEN a.avalc = 'PR'
                WHEN 'SD' THEN a.avalc = 'PR' AND a.accept_sd_between
                ELSE false
            END
        )
        AND count(*) FILTER (b.avalc = 'NE') <= any_value(a.max_ne)
        AND count(*) FILTER (b.avalc = 'SD') <= 1
        AND coalesce(min(b.adt) FILTER (b.avalc = 'CR') > max(b.adt) FILTER (b.avalc = 'PR'), true) AS is_confirmed
    FROM counted AS a
    INNER JOIN confirming AS c ON a.usubjid = c.usubjid AND a.adt = c.adt
    INNER JOIN counted AS b ON a.usubjid = b.usubjid AND b.adt > a.adt AND b.adt <= c.confirmed_date
    GROUP BY a.usubjid, a.adt
)

SELECT
    getvariable('study_id') AS study_id,
    a.* EXCLUDE (is_late, confirm_days, max_ne, accept_sd_between),
    coalesce(j.is_confirmed, false) AS is_confirmed,
    CASE WHEN a.avalc IN ('SD', 'NON-CR/NON-PD') AND NOT a.is_late THEN 'NE' ELSE a.avalc END AS worth,
    CASE
        WHEN a.avalc IN ('CR', 'PR') AND coalesce(j.is_confirmed, false) THEN a.avalc
        WHEN a.avalc IN ('CR', 'PR') AND a.is_late THEN 'SD'
        WHEN a.avalc IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') AND NOT a.is_late THEN 'NE'
        ELSE a.avalc
    END AS confirmed_worth
FROM counted AS a
LEFT JOIN judged AS j ON a.usubjid = j.usubjid AND a.adt = j.adt
