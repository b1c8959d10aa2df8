-- A recorded mRECIST response that differs from the one derived from the lesions by the default definition.
-- Both are kept. Hospitals without the word record NON-CR/NON-PD as SD: that is no disagreement.
SELECT DISTINCT compared.site_id, compared.recorded_row_id AS row_id, 'overall' AS column_name
FROM harmonised.response_agreement AS compared
SEMI JOIN harmonised.definition AS definition
    ON definition.definition = compared.definition AND definition.is_default
WHERE
    compared.agreement = 'MISMATCH'
    AND NOT (compared.derived_response = 'NON-CR/NON-PD' AND compared.recorded_response = 'SD')
