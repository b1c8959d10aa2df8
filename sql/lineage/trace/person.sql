-- person: the patients of the study, one row each, with the row behind their index date.
SELECT
    usubjid,
    siteid,
    exposure_group AS grp,
    index_date AS day,
    exposure_group AS result,
    [srcrow] AS sources
FROM study.adsl
