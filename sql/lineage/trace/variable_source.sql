-- variable_source: the delivered rows behind a baseline variable; one row a person and variable.
--
-- The same rows that study.baseline reads: the record of the person, the status and the tumour of the index course, its
-- laboratory values, what a score or stage was made of, earlier courses. A value that is recorded comes from the status.
WITH item AS (
    SELECT s.usubjid, unnest(['age', 'sex', 'etiology']) AS variable, p.row_id
    FROM study.adsl AS s
    INNER JOIN harmonised.person AS p ON s.usubjid = p.usubjid AND s.patient_id = p.patient_id
    UNION ALL
    SELECT usubjid, unnest(['age', 'site', 'group']) AS variable, srcrow
    FROM study.adsl
    UNION ALL
    SELECT s.usubjid, unnest(['ecog', 'bclc_recorded', if(getvariable('bclc') = 'derived', NULL, 'bclc')]), c.status_row_id
    FROM study.adsl AS s
    INNER JOIN harmonised.course_status AS c ON s.usubjid = c.usubjid AND s.course_no = c.course_no
    UNION ALL
    SELECT s.usubjid, v.variable, unnest(c.row_ids)
    FROM study.adsl AS s
    INNER JOIN harmonised.bclc_stage AS c ON s.usubjid = c.usubjid AND s.course_no = c.course_no
    CROSS JOIN (SELECT unnest(['bclc_derived', if(getvariable('bclc') = 'derived', 'bclc', NULL)]) AS variable) AS v
    UNION ALL
    SELECT p.usubjid, v.variable, unnest(p.row_ids)
    FROM harmonised.child_pugh AS p
    INNER JOIN study.adsl AS s ON p.usubjid = s.usubjid AND p.course_no = s.course_no
    CROSS JOIN (SELECT unnest(['child_pugh_class', 'child_pugh_score']) AS variable) AS v
    UNION ALL
    SELECT p.usubjid, 'albi_grade' AS variable, unnest(p.row_ids)
    FROM harmonised.albi AS p
    INNER JOIN study.adsl AS s ON p.usubjid = s.usubjid AND p.course_no = s.course_no
    UNION ALL
    SELECT s.usubjid, lower(l.test_code) AS variable, l.row_id
    FROM harmonised.course_lab AS l
    INNER JOIN harmonised.treatment_course AS c ON l.course_id = c.course_id
    INNER JOIN study.adsl AS s ON c.usubjid = s.usubjid AND c.course_no = s.course_no
    WHERE l.test_code IN ('AFP', 'AST', 'ALT')
    UNION ALL
    SELECT
        t.usubjid,
        unnest([
            'tumour_size', 'tumour_number', 'portal_invasion', 'vp', 'metastasis', 'beyond_reflect'
        ]) AS variable,
        t.tumour_row_id
    FROM harmonised.course_tumour AS t
    INNER JOIN study.adsl AS s ON t.usubjid = s.usubjid AND t.course_no = s.course_no
    UNION ALL
    SELECT s.usubjid, 'prior_' || lower(t.regimen) AS variable, unnest(t.row_ids)
    FROM study.adsl AS s
    INNER JOIN harmonised.treatment_line AS t ON s.usubjid = t.usubjid AND t.start_date < s.index_date
    WHERE t.regimen IN ('TACE', 'RT')
    UNION ALL
    SELECT s.usubjid, 'group' AS variable, unnest(t.row_ids)
    FROM study.adsl AS s
    INNER JOIN harmonised.treatment_line AS t
        ON s.usubjid = t.usubjid AND t.kind = 'SYSTEMIC' AND t.start_date < s.index_date
)

SELECT
    usubjid,
    variable,
    list_sort(list(DISTINCT row_id)) AS row_ids
FROM item
WHERE row_id IS NOT NULL AND variable IS NOT NULL
GROUP BY usubjid, variable
