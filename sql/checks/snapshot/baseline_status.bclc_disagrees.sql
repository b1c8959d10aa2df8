-- A recorded BCLC stage that differs from the derived one at the start of a course. Both are kept.
SELECT DISTINCT status.status_site_id AS site_id, status.status_row_id AS row_id, 'bclc_recorded' AS column_name
FROM harmonised.bclc_stage AS derived
INNER JOIN harmonised.course_status AS status
    ON status.usubjid = derived.usubjid AND status.course_no = derived.course_no
WHERE derived.agreement = 'MISMATCH'
