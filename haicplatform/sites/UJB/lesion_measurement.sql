-- One lesion on one exam and reader from its measurements (TR).
-- The row is the first of the group in the file; a value's column is TRORRES.
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
    max(TRORRES) FILTER (WHERE TRTESTCD = 'STATE') AS status, 'TRORRES' AS status__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'VDIAM') AS viable_mm, 'TRORRES' AS viable_mm__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'LDIAM') AS total_mm, 'TRORRES' AS total_mm__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'SAXIS') AS short_axis_mm, 'TRORRES' AS short_axis_mm__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'NTSTAT') AS nontarget_status, 'TRORRES' AS nontarget_status__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'APHE') AS aphe, 'TRORRES' AS aphe__from,
    max(TRORRES) FILTER (WHERE TRTESTCD = 'WASHOUT') AS washout, 'TRORRES' AS washout__from
FROM tr
GROUP BY source_file, USUBJID, TRREFID, TREVALID, TRLNKID, TRCOURSE, TRGRPID, TRLOC
