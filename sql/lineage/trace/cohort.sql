-- cohort: everybody the study looked at, in or out; one row a person.
SELECT
    usubjid,
    siteid,
    exposure_group AS grp,
    is_included,
    exclusion_reason,
    index_date AS day,
    coalesce(exclusion_reason, exposure_group) AS result,
    [srcrow] AS sources
FROM study.cohort
