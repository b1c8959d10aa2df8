-- harmonised.death: when a person died, or why that cannot be resolved; one row a person with a death at any hospital.
--
-- Definitions (clinical-definitions 6). Several deaths: the registry before the medical record before others; more
-- than death_tolerance_days (7, ours) apart: unresolved. Of a month: the later of its first day and the last evidence
-- of life within it. A year alone, or no readable date: unresolved. Evidence of life more than the tolerance
-- after the death: unresolved; up to it the death stands (days_evidence_after > 0). An unresolved death never makes a
-- person alive: death_date is null, and earliest_date and latest_date are the bounds for a sensitivity analysis
-- (latest_date null: no bound). A death before a study's index date is that study's to refuse.
-- Choices: a month given by the preferred source takes the day from another source whose day lies in it. Unreadable
-- dates, and years alone, give way to a better date that they do not contradict.
WITH chosen AS (
    SELECT
        *,
        min(low_date) OVER person AS min_low,
        max(low_date) OVER person AS max_low,
        min(high_date) OVER person AS min_high,
        max(high_date) OVER person AS max_high,
        list_sort(list(row_id) OVER person) AS row_ids
    FROM harmonised.death_report
    WINDOW person AS (PARTITION BY usubjid)
    QUALIFY row_number() OVER (
        PARTITION BY usubjid
        ORDER BY coalesce(date_precision IN ('day', 'month'), false) DESC, source_rank, date_precision, low_date, row_id
    ) = 1
),

evidence AS (
    SELECT
        c.usubjid,
        max(e.evidence_date) AS last_evidence_date,
        max(e.evidence_date) FILTER (e.evidence_date <= c.high_date) AS within_date
    FROM chosen AS c
    LEFT JOIN harmonised.life_evidence AS e ON c.usubjid = e.usubjid
    GROUP BY c.usubjid
),

exact AS (
    SELECT
        c.usubjid,
        arg_min(r.low_date, (r.source_rank, r.low_date)) AS day_date
    FROM chosen AS c
    INNER JOIN harmonised.death_report AS r
        ON c.usubjid = r.usubjid AND r.date_precision = 'day' AND r.low_date BETWEEN c.low_date AND c.high_date
    GROUP BY c.usubjid
),

judged AS (
    SELECT
        c.*,
        e.last_evidence_date,
        CASE
            WHEN c.date_precision = 'day' THEN c.low_date
            WHEN c.date_precision = 'month' THEN coalesce(x.day_date, greatest(c.low_date, e.within_date))
        END AS stated_date,
        CASE
            WHEN c.low_date IS NULL THEN 'UNREADABLE'
            WHEN c.max_low - c.min_high > d.death_tolerance_days THEN 'CONFLICTING_DATES'
            WHEN c.date_precision = 'year' THEN 'YEAR_ONLY'
            WHEN e.last_evidence_date - stated_date > d.death_tolerance_days THEN 'EVIDENCE_AFTER_DEATH'
        END AS unresolved_reason
    FROM chosen AS c
    INNER JOIN evidence AS e ON c.usubjid = e.usubjid
    LEFT JOIN exact AS x ON c.usubjid = x.usubjid
    INNER JOIN harmonised.definition AS d ON d.is_default
)

SELECT
    usubjid,
    unresolved_reason IS NULL AS is_resolved,
    CASE WHEN unresolved_reason IS NULL THEN stated_date END AS death_date,
    date_precision,
    unresolved_reason,
    CASE
        WHEN unresolved_reason IS NULL THEN stated_date
        WHEN coalesce(last_evidence_date > max_high, false) THEN min_low
        ELSE greatest(min_low, last_evidence_date)
    END AS earliest_date,
    CASE
        WHEN unresolved_reason IS NULL THEN stated_date
        WHEN low_date IS NOT NULL THEN greatest(max_high, last_evidence_date)
    END AS latest_date,
    last_evidence_date,
    (last_evidence_date - stated_date)::INTEGER AS days_evidence_after,
    source,
    site_id,
    cause,
    row_id,
    row_ids
FROM judged
