-- changed: what a sensitivity analysis concludes differently about a patient; one row a change (see sql/lineage/comparison).
SELECT
    c.usubjid,
    c.site_id AS siteid,
    c.what,
    c.day_date AS day,
    c.a || ' → ' || c.b AS result,
    [h.srcrow] AS sources
FROM study.change AS c
INNER JOIN study.cohort AS h ON c.usubjid = h.usubjid
