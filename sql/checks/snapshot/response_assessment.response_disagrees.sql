-- A recorded mRECIST response that differs from the one derived from the lesions by the default definition.
-- Both are kept. A reading that names no course is held against the last course begun before its examination.
-- One of words only is none, nor is a RECIST 1.1 reading that differs from mRECIST (harmonised.response_agreement).
WITH compared AS (
    SELECT agreement.*
    FROM harmonised.response_agreement AS agreement
    SEMI JOIN harmonised.definition AS definition
        ON definition.definition = agreement.definition AND definition.is_default
    WHERE NOT agreement.is_across_criteria AND agreement.derived_response IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY agreement.recorded_row_id ORDER BY agreement.course_no DESC
    ) = 1
)

SELECT site_id, recorded_row_id AS row_id, 'overall' AS column_name
FROM compared
WHERE agreement = 'MISMATCH' AND NOT is_named_otherwise
