-- One description of the tumour from its findings (FA).
-- The row is the first of the group in the file; a value's column is FAORRES.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    FADTC AS img_date, 'FADTC' AS img_date__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'NODULES') AS n_nodules, 'FAORRES' AS n_nodules__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'MAXDIAM') AS max_diam_mm, 'FAORRES' AS max_diam_mm__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'INFILTR') AS infiltrative, 'FAORRES' AS infiltrative__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'VP') AS vp, 'FAORRES' AS vp__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'VV') AS vv, 'FAORRES' AS vv__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'BILEDUCT') AS bile_duct, 'FAORRES' AS bile_duct__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'EHS') AS ehs, 'FAORRES' AS ehs__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'NODAL') AS nodal, 'FAORRES' AS nodal__from,
    max(FAORRES) FILTER (WHERE FATESTCD = 'EHSSITE') AS ehs_sites, 'FAORRES' AS ehs_sites__from
FROM fa
GROUP BY source_file, USUBJID, FADTC
