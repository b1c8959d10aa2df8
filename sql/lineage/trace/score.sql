-- score: who could be given a propensity score and who is in the set that it makes; one row a person and set.
--
-- is_complete: no covariate of the score is missing. weight is 0 for who was left out.
WITH lacking AS (
    SELECT DISTINCT c.population, v.usubjid
    FROM trace.score_variable AS c
    INNER JOIN trace.level AS v ON c.variable = v.variable AND v.use = 'covariate'
    WHERE v.level IS NULL
)

SELECT
    p.population AS score_population,
    s.*,
    l.usubjid IS NULL AS is_complete,
    coalesce(m.weight, 0) AS weight,
    m.pair
FROM (SELECT DISTINCT population FROM trace.score_variable) AS p
CROSS JOIN trace.person AS s
LEFT JOIN lacking AS l ON s.usubjid = l.usubjid AND p.population = l.population
LEFT JOIN trace.member AS m ON s.usubjid = m.usubjid AND p.population = m.population
