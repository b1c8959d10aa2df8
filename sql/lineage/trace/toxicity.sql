-- toxicity: adverse events, recorded and from laboratory values, each also under the term `any`; one row a record.
--
-- worst: the patient's worst grade of the term; is_related: whether any record of it is.
WITH record AS (
    SELECT 'adverse_events' AS source, usubjid, term, grade, related, adt, srcrow FROM study.toxicity
    UNION ALL
    SELECT 'lab_toxicity' AS source, usubjid, term, grade, related, adt, srcrow FROM study.lab_toxicity
),

told AS (
    SELECT *, term AS said FROM record
    UNION ALL
    SELECT * REPLACE ('any' AS term), term AS said FROM record
)

SELECT
    t.source,
    t.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    t.term,
    max(t.grade) OVER patient AS worst,
    bool_or(coalesce(t.related = 'Y', false)) OVER patient AS is_related,
    t.adt AS day,
    t.said || coalesce(', G' || t.grade, '') AS result,
    [t.srcrow] AS sources
FROM told AS t
INNER JOIN study.adsl AS s ON t.usubjid = s.usubjid
WINDOW patient AS (PARTITION BY t.source, t.usubjid, t.term)
