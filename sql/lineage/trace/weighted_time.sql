-- weighted_time: times with the patients' weights in the weighted set; one row a person of it and endpoint.
SELECT
    t.*,
    m.weight
FROM trace.time AS t
INNER JOIN trace.member AS m ON t.usubjid = m.usubjid AND m.population = 'weighted'
