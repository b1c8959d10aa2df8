-- One status from the answers of one visit (QS).
-- The row is the first of the group in the file; a value's column is QSORRES.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    QSDTC AS assess_date, 'QSDTC' AS assess_date__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'ECOG') AS ecog, 'QSORRES' AS ecog__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'ASCITES') AS ascites, 'QSORRES' AS ascites__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'ENCEPH') AS encephalopathy, 'QSORRES' AS encephalopathy__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'WEIGHT') AS weight_kg, 'QSORRES' AS weight_kg__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'BCLC') AS bclc_recorded, 'QSORRES' AS bclc_recorded__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'CPSCORE') AS child_pugh_score_recorded, 'QSORRES' AS child_pugh_score_recorded__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'CPCLASS') AS child_pugh_class_recorded, 'QSORRES' AS child_pugh_class_recorded__from,
    max(QSORRES) FILTER (WHERE QSTESTCD = 'LTCAND') AS lt_candidate, 'QSORRES' AS lt_candidate__from
FROM qs
GROUP BY source_file, USUBJID, QSDTC
