-- One description of the tumour from its findings (FA).
-- The row is the first of the group in the file;
-- a value's cell is FAORRES of its own row, the first that is filled.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    FADTC AS img_date, 'FADTC' AS img_date__from,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'NODULES') AS n_nodules,
    'FAORRES' AS n_nodules__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'NODULES') AS n_nodules__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'MAXDIAM') AS max_diam_mm,
    'FAORRES' AS max_diam_mm__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'MAXDIAM') AS max_diam_mm__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'INFILTR') AS infiltrative,
    'FAORRES' AS infiltrative__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'INFILTR') AS infiltrative__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'VP') AS vp,
    'FAORRES' AS vp__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'VP') AS vp__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'VV') AS vv,
    'FAORRES' AS vv__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'VV') AS vv__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'BILEDUCT') AS bile_duct,
    'FAORRES' AS bile_duct__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'BILEDUCT') AS bile_duct__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'EHS') AS ehs,
    'FAORRES' AS ehs__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'EHS') AS ehs__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'NODAL') AS nodal,
    'FAORRES' AS nodal__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'NODAL') AS nodal__row,
    arg_min(FAORRES, place) FILTER (WHERE FATESTCD = 'EHSSITE') AS ehs_sites,
    'FAORRES' AS ehs_sites__from,
    arg_min(source_row, place) FILTER (WHERE FATESTCD = 'EHSSITE') AS ehs_sites__row
FROM (SELECT *, (FAORRES IS NULL, source_row) AS place FROM fa)
GROUP BY source_file, USUBJID, FADTC
