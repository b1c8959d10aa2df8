-- One status from the answers of one visit (QS).
-- The row is the first of the group in the file;
-- a value's cell is QSORRES of its own row, the first that is filled.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    QSDTC AS assess_date, 'QSDTC' AS assess_date__from,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'ECOG') AS ecog,
    'QSORRES' AS ecog__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'ECOG') AS ecog__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'ASCITES') AS ascites,
    'QSORRES' AS ascites__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'ASCITES') AS ascites__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'ENCEPH') AS encephalopathy,
    'QSORRES' AS encephalopathy__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'ENCEPH') AS encephalopathy__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'WEIGHT') AS weight_kg,
    'QSORRES' AS weight_kg__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'WEIGHT') AS weight_kg__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'BCLC') AS bclc_recorded,
    'QSORRES' AS bclc_recorded__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'BCLC') AS bclc_recorded__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'CPSCORE') AS child_pugh_score_recorded,
    'QSORRES' AS child_pugh_score_recorded__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'CPSCORE') AS child_pugh_score_recorded__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'CPCLASS') AS child_pugh_class_recorded,
    'QSORRES' AS child_pugh_class_recorded__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'CPCLASS') AS child_pugh_class_recorded__row,
    arg_min(QSORRES, place) FILTER (WHERE QSTESTCD = 'LTCAND') AS lt_candidate,
    'QSORRES' AS lt_candidate__from,
    arg_min(source_row, place) FILTER (WHERE QSTESTCD = 'LTCAND') AS lt_candidate__row
FROM (SELECT *, (QSORRES IS NULL, source_row) AS place FROM qs)
GROUP BY source_file, USUBJID, QSDTC
