-- post_progression: the first anticancer therapy begun on or after the progression; one row a person who progressed.
--
-- progression: the first PD of the index course up to the cut-off. Therapies: study.new_therapy. regimen is empty for a
-- person who began none by the cut-off; of several begun on one day the first by name.
WITH progressed AS (
    SELECT
        usubjid,
        min(adt) AS pd_date
    FROM study.endpoint_source
    WHERE source = 'progression'
    GROUP BY usubjid
)

SELECT
    s.study_id,
    s.usubjid,
    p.pd_date,
    arg_min(n.regimen, (n.adt, n.regimen)) AS regimen,
    min(n.adt) AS adt
FROM progressed AS p
INNER JOIN study.adsl AS s ON p.usubjid = s.usubjid
LEFT JOIN study.new_therapy AS n ON p.usubjid = n.usubjid AND n.adt >= p.pd_date
GROUP BY s.study_id, s.usubjid, p.pd_date
ORDER BY s.usubjid
