-- variable: each patient's value of each variable as the study codes it; one row a person, use and variable.
--
-- use: baseline (Table 1), covariate (models, with the exposure as `group`), subgroup. level is empty where the value is
-- not known; number is that of a continuous variable. Without a row behind it, the row of the index date stands.
SELECT
    v.use,
    v.variable,
    v.level,
    v.number,
    s.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    s.index_date AS day,
    v.level AS result,
    coalesce(f.row_ids, [s.srcrow]) AS sources
FROM trace.level AS v
INNER JOIN study.adsl AS s ON v.usubjid = s.usubjid
LEFT JOIN trace.variable_source AS f ON v.usubjid = f.usubjid AND v.variable = f.variable
