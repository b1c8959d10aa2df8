-- override: the thresholds that a study has otherwise than its definition; one row a threshold. Of a definition that
-- only the study's file knows: otherwise than the default one (of_definition).
WITH own AS (
    UNPIVOT (
        SELECT columns(c -> c NOT IN ('study_id', 'definition', 'is_default', 'is_derived'))::VARCHAR
        FROM analysis.definition
        WHERE study_id = getvariable('study_id')
    ) ON * INTO NAME threshold VALUE value
),

theirs AS (
    UNPIVOT (
        SELECT
            definition AS of_definition,
            columns(c -> c NOT IN ('definition', 'is_default', 'is_derived'))::VARCHAR
        FROM harmonised.definition
        QUALIFY row_number() OVER (
            ORDER BY
                definition IN (SELECT definition FROM analysis.definition WHERE study_id = getvariable('study_id')) DESC,
                is_default DESC
        ) = 1
    ) ON columns(c -> c <> 'of_definition') INTO NAME threshold VALUE value
)

SELECT
    own.threshold,
    theirs.of_definition,
    theirs.value AS theirs,
    own.value AS own
FROM own
INNER JOIN theirs ON own.threshold = theirs.threshold AND own.value <> theirs.value
ORDER BY own.threshold
