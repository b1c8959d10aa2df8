-- override: the thresholds that a study replaces for itself; one row a threshold. is_of_scan: it decides the response on a
-- scan, not only the best response.
WITH own AS (
    UNPIVOT (
        SELECT columns(c -> c NOT IN ('study_id', 'definition', 'is_default', 'is_derived'))::VARCHAR
        FROM analysis.definition
        WHERE study_id = getvariable('study_id')
    ) ON * INTO NAME threshold VALUE value
),

theirs AS (
    UNPIVOT (
        SELECT columns(c -> c NOT IN ('definition', 'is_default', 'is_derived'))::VARCHAR
        FROM harmonised.definition
        WHERE definition IN (SELECT definition FROM analysis.definition WHERE study_id = getvariable('study_id'))
    ) ON * INTO NAME threshold VALUE value
)

SELECT
    own.threshold,
    theirs.value AS theirs,
    own.value AS own,
    regexp_matches(own.threshold, '^(pr|pd)_|^backdate$') AS is_of_scan
FROM own
INNER JOIN theirs ON own.threshold = theirs.threshold AND own.value <> theirs.value
ORDER BY own.threshold
