-- later_therapy: patients who progressed, with the therapy that came first after it; one row a person.
WITH progressed AS (
    SELECT usubjid, adt, list(DISTINCT srcrow) AS row_ids
    FROM study.endpoint_source
    WHERE source = 'progression'
    GROUP BY usubjid, adt
),

begun AS (
    SELECT usubjid, adt, regimen, list(DISTINCT srcrow) AS row_ids
    FROM study.new_therapy
    GROUP BY usubjid, adt, regimen
)

SELECT
    p.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    p.regimen,
    p.pd_date AS day,
    coalesce(p.regimen || ' ' || p.adt::VARCHAR, '-') AS result,
    list_distinct(flatten([coalesce(g.row_ids, [s.srcrow]), coalesce(b.row_ids, [])])) AS sources
FROM study.post_progression AS p
INNER JOIN study.adsl AS s ON p.usubjid = s.usubjid
LEFT JOIN progressed AS g ON p.usubjid = g.usubjid AND p.pd_date = g.adt
LEFT JOIN begun AS b ON p.usubjid = b.usubjid AND p.adt = b.adt AND p.regimen = b.regimen
