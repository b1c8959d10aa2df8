-- dose: relative dose intensity of the index course; one row a person and drug, with every administration of it.
WITH given AS (
    SELECT
        usubjid,
        course_no,
        drug,
        list_sort(list_distinct(flatten(list(row_ids)))) AS row_ids
    FROM harmonised.administration
    GROUP BY usubjid, course_no, drug
)

SELECT
    d.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    d.drug,
    d.n_cycles,
    d.n_off_plan,
    d.n_interval_off,
    d.n_interrupted,
    d.rdi_pct,
    s.index_date AS day,
    d.drug || coalesce(format(' {:.1f} %', d.rdi_pct), '') || ', ' || d.n_cycles || ' cycles' AS result,
    coalesce(g.row_ids, [s.srcrow]) AS sources
FROM study.dose AS d
INNER JOIN study.adsl AS s ON d.usubjid = s.usubjid
LEFT JOIN given AS g ON d.usubjid = g.usubjid AND s.course_no = g.course_no AND d.drug = g.drug
