-- override: the thresholds that a study replaces for itself; one row a threshold.
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
    own.value AS own
FROM own
INNER JOIN theirs ON own.threshold = theirs.threshold AND own.value <> theirs.value
ORDER BY own.threshold
