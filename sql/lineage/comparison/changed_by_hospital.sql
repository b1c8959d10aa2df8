-- changed_by_hospital: how many persons of each hospital have a change of each kind; one row a hospital and kind.
--
-- persons: those of either derivation's cohort at that hospital, the denominator.
WITH person AS (
    SELECT
        usubjid,
        coalesce(b.siteid, a.siteid) AS site_id
    FROM before.cohort AS a
    FULL JOIN study.cohort AS b USING (usubjid)
),

kind AS (
    SELECT unnest([
        'response', 'progression', 'best_response', 'confirmed_best_response', 'stage', 'group'
    ]) AS what
    UNION ALL
    SELECT paramcd FROM study.endpoint
)

SELECT
    p.site_id,
    k.what,
    count(DISTINCT p.usubjid)::INTEGER AS persons,
    count(DISTINCT c.usubjid)::INTEGER AS changed
FROM person AS p
CROSS JOIN kind AS k
LEFT JOIN study.change AS c ON p.usubjid = c.usubjid AND k.what = c.what
GROUP BY p.site_id, k.what
ORDER BY p.site_id, k.what
