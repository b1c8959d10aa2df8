-- complete: times, and whether the patient has every covariate that the screening let into the model; one row a person
-- and endpoint.
WITH screened AS (
    SELECT endpoint, term AS variable
    FROM trace.estimate
    WHERE
        variant = getvariable('variant') AND population = 'pooled' AND analysis = 'cox_univariable'
        AND statistic = 'p_overall' AND (term = 'group' OR value < getvariable('screen_p'))
),

lacking AS (
    SELECT DISTINCT m.usubjid, m.endpoint
    FROM trace.model AS m
    SEMI JOIN screened AS s ON m.endpoint = s.endpoint AND m.variable = s.variable
    WHERE m.use = 'covariate' AND m.level IS NULL
)

SELECT
    t.*,
    l.usubjid IS NULL AS is_complete
FROM trace.time AS t
LEFT JOIN lacking AS l ON t.usubjid = l.usubjid AND t.endpoint = l.endpoint
