-- A dose given before its course starts or after it ends. Kept; a course without an end has none to be after.
SELECT dose.row_id, 'admin_date' AS column_name
FROM validated.administration AS dose
SEMI JOIN validated.treatment_course AS course
    ON course.patient_id = dose.patient_id
    AND course.course_no = dose.course_no
    AND (dose.admin_date < course.start_date OR dose.admin_date > course.end_date)
