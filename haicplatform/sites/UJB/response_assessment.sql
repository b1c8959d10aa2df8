-- One response of one reader from its parts (RS).
-- The row is the first of the group in the file;
-- a value's cell is RSORRES of its own row, the first that is filled.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    RSREFID AS exam_no, 'RSREFID' AS exam_no__from,
    RSEVALID AS reader_id, 'RSEVALID' AS reader_id__from,
    RSCAT AS criterion, 'RSCAT' AS criterion__from,
    RSCOURSE AS course_no, 'RSCOURSE' AS course_no__from,
    RSDTC AS assess_date, 'RSDTC' AS assess_date__from,
    arg_min(RSORRES, place) FILTER (WHERE RSTESTCD = 'OVRLRESP') AS overall,
    'RSORRES' AS overall__from,
    arg_min(source_row, place) FILTER (WHERE RSTESTCD = 'OVRLRESP') AS overall__row,
    arg_min(RSORRES, place) FILTER (WHERE RSTESTCD = 'TRGRESP') AS target_resp,
    'RSORRES' AS target_resp__from,
    arg_min(source_row, place) FILTER (WHERE RSTESTCD = 'TRGRESP') AS target_resp__row,
    arg_min(RSORRES, place) FILTER (WHERE RSTESTCD = 'NEWLIND') AS new_lesion,
    'RSORRES' AS new_lesion__from,
    arg_min(source_row, place) FILTER (WHERE RSTESTCD = 'NEWLIND') AS new_lesion__row
FROM (SELECT *, (RSORRES IS NULL, source_row) AS place FROM rs)
GROUP BY source_file, USUBJID, RSREFID, RSEVALID, RSCAT, RSCOURSE, RSDTC
