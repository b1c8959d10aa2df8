-- best_response: what each assessment of the index course is worth for the best response, unconfirmed and confirmed;
-- one row an assessment that counts (up to the first PD; before new therapy, where the study stops there).
--
-- Definitions (clinical-definitions 2; admiralonco derive_param_bor and derive_param_confirmed_bor). Unconfirmed: CR
-- and PR count at any time, SD and NON-CR/NON-PD from sd_min_days after the index, else they are worth NE.
-- Confirmed: a CR by a CR, a PR by the first PR or CR, at least confirm_days later; between and on it only CR and NE
-- (for a PR also PR, and one SD where accept_sd_between), NE at most max_ne, and no PR after a CR.
-- An unconfirmed CR or PR is worth SD from sd_min_days on, else NE. confirmation says which way it went for a CR or PR:
-- CONFIRMED on confirming_date, NO_LATER_RESPONSE, BROKEN_BY_<response> on broken_date, TOO_MANY_NE or PR_AFTER_CR.
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
    WHERE coalesce(a.adt <= n.adt, true)
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

between_them AS (
    SELECT
        a.usubjid,
        a.adt,
        c.confirmed_date,
        a.max_ne,
        b.adt AS between_date,
        b.avalc,
        CASE b.avalc
            WHEN 'CR' THEN true
            WHEN 'NE' THEN true
            WHEN 'PR' THEN a.avalc = 'PR'
            WHEN 'SD' THEN a.avalc = 'PR' AND a.accept_sd_between
            ELSE false
        END AS is_allowed
    FROM counted AS a
    INNER JOIN confirming AS c ON a.usubjid = c.usubjid AND a.adt = c.adt
    INNER JOIN counted AS b ON a.usubjid = b.usubjid AND b.adt > a.adt AND b.adt <= c.confirmed_date
),

judged AS (
    SELECT
        usubjid,
        adt,
        any_value(confirmed_date) AS confirming_date,
        min(between_date) FILTER (NOT is_allowed) AS broken_date,
        CASE
            WHEN bool_or(NOT is_allowed) THEN 'BROKEN_BY_' || arg_min(avalc, between_date) FILTER (NOT is_allowed)
            WHEN count(*) FILTER (avalc = 'NE') > any_value(max_ne) THEN 'TOO_MANY_NE'
            WHEN count(*) FILTER (avalc = 'SD') > 1 THEN 'BROKEN_BY_SD'
            WHEN min(between_date) FILTER (avalc = 'CR') <= max(between_date) FILTER (avalc = 'PR') THEN 'PR_AFTER_CR'
            ELSE 'CONFIRMED'
        END AS confirmation
    FROM between_them
    GROUP BY usubjid, adt
)

SELECT
    getvariable('study_id') AS study_id,
    a.* EXCLUDE (is_late, confirm_days, max_ne, accept_sd_between),
    coalesce(j.confirmation = 'CONFIRMED', false) AS is_confirmed,
    CASE WHEN a.avalc IN ('CR', 'PR') THEN coalesce(j.confirmation, 'NO_LATER_RESPONSE') END AS confirmation,
    j.confirming_date,
    j.broken_date,
    CASE WHEN a.avalc IN ('SD', 'NON-CR/NON-PD') AND NOT a.is_late THEN 'NE' ELSE a.avalc END AS worth,
    CASE
        WHEN j.confirmation = 'CONFIRMED' THEN a.avalc
        WHEN a.avalc IN ('CR', 'PR') AND a.is_late THEN 'SD'
        WHEN a.avalc IN ('CR', 'PR', 'SD', 'NON-CR/NON-PD') AND NOT a.is_late THEN 'NE'
        ELSE a.avalc
    END AS confirmed_worth
FROM counted AS a
LEFT JOIN judged AS j ON a.usubjid = j.usubjid AND a.adt = j.adt
