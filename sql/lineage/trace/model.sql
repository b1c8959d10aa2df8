-- model: what a model sees: times with each covariate; one row a person, endpoint, use and variable.
SELECT
    v.use,
    v.variable,
    v.level,
    t.* EXCLUDE (result, sources),
    coalesce(v.level, '-') || ' · ' || t.result AS result,
    list_distinct(v.sources || t.sources) AS sources
FROM trace.time AS t
INNER JOIN trace.variable AS v ON t.usubjid = v.usubjid AND v.use <> 'baseline'
