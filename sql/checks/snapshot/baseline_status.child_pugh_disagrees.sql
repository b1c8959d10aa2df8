-- A recorded Child-Pugh that differs from the one derived from its five parts at the start of a course.
-- Both are kept; a recorded score is compared where there is one, else the recorded class.
SELECT DISTINCT
    status.status_site_id AS site_id,
    status.status_row_id AS row_id,
    CASE WHEN derived.score_recorded IS NULL THEN 'child_pugh_class_recorded' ELSE 'child_pugh_score_recorded' END
        AS column_name
FROM harmonised.child_pugh AS derived
INNER JOIN harmonised.course_status AS status
    ON status.usubjid = derived.usubjid AND status.course_no = derived.course_no
WHERE derived.agreement = 'MISMATCH'
