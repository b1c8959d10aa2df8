-- harmonised.course_liver: the liver function tests before a systemic or HAIC course side by side; one row a course.
--
-- Values in standard units (bilirubin and creatinine mg/dL, albumin g/dL), null where there is no result in the
-- window (harmonised.course_lab). PT in seconds or per cent is never turned into an INR.
SELECT
    c.usubjid,
    c.course_no,
    c.start_date AS ref_date,
    any_value(l.value_num) FILTER (l.test_code = 'BILI_T') AS bili_mg_dl,
    any_value(l.value_num) FILTER (l.test_code = 'ALB') AS alb_g_dl,
    any_value(l.value_num) FILTER (l.test_code = 'INR') AS inr,
    any_value(l.value_num) FILTER (l.test_code = 'CREAT') AS creat_mg_dl,
    any_value(l.row_id) FILTER (l.test_code = 'BILI_T') AS bili_row_id,
    any_value(l.row_id) FILTER (l.test_code = 'ALB') AS alb_row_id,
    any_value(l.row_id) FILTER (l.test_code = 'INR') AS inr_row_id,
    any_value(l.row_id) FILTER (l.test_code = 'CREAT') AS creat_row_id
FROM harmonised.treatment_course AS c
LEFT JOIN harmonised.course_lab AS l
    ON c.course_id = l.course_id AND l.test_code IN ('BILI_T', 'ALB', 'INR', 'CREAT')
WHERE c.has_response
GROUP BY c.usubjid, c.course_no, c.start_date
