-- One lesion on one exam and reader from its measurements (TR).
-- The row is the first of the group in the file;
-- a value's cell is TRORRES of its own row, the first that is filled.
SELECT
    min(source_row) AS source_row,
    source_file,
    USUBJID AS patient_id, 'USUBJID' AS patient_id__from,
    TRREFID AS exam_no, 'TRREFID' AS exam_no__from,
    TREVALID AS reader_id, 'TREVALID' AS reader_id__from,
    TRLNKID AS lesion_id, 'TRLNKID' AS lesion_id__from,
    TRCOURSE AS course_no, 'TRCOURSE' AS course_no__from,
    TRGRPID AS role, 'TRGRPID' AS role__from,
    TRLOC AS organ, 'TRLOC' AS organ__from,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'STATE') AS status,
    'TRORRES' AS status__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'STATE') AS status__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'VDIAM') AS viable_mm,
    'TRORRES' AS viable_mm__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'VDIAM') AS viable_mm__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'LDIAM') AS total_mm,
    'TRORRES' AS total_mm__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'LDIAM') AS total_mm__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'SAXIS') AS short_axis_mm,
    'TRORRES' AS short_axis_mm__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'SAXIS') AS short_axis_mm__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'NTSTAT') AS nontarget_status,
    'TRORRES' AS nontarget_status__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'NTSTAT') AS nontarget_status__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'APHE') AS aphe,
    'TRORRES' AS aphe__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'APHE') AS aphe__row,
    arg_min(TRORRES, place) FILTER (WHERE TRTESTCD = 'WASHOUT') AS washout,
    'TRORRES' AS washout__from,
    arg_min(source_row, place) FILTER (WHERE TRTESTCD = 'WASHOUT') AS washout__row
FROM (SELECT *, (TRORRES IS NULL, source_row) AS place FROM tr)
GROUP BY source_file, USUBJID, TRREFID, TREVALID, TRLNKID, TRCOURSE, TRGRPID, TRLOC
