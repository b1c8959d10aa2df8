-- baseline: the persons of the study as they were at the index date; one row a person with an index event.
--
-- Baseline values are those of the index course in harmonised (course_status, course_tumour, course_lab, child_pugh,
-- albi, bclc_stage), each within the window of its definition. sex, birth year and etiology: the record of the index
-- hospital before any other. age = year of the index date - birth_year. bclc is the recorded or the derived stage,
-- as the study says (variable bclc); both stand beside it. A result above an assay's limit is the limit, afp_op says
-- so. prior_tace, prior_rt: such a course began before the index date. vp: 0 to 4, empty where the level of a thrombus
-- is not known. beyond_reflect: course_tumour.is_beyond_reflect.
WITH started AS (
    SELECT * FROM study.index_event WHERE index_date IS NOT NULL
),

demography AS (
    SELECT p.*
    FROM harmonised.person AS p
    INNER JOIN started AS i ON p.usubjid = i.usubjid
    QUALIFY row_number() OVER (PARTITION BY p.usubjid ORDER BY p.site_id <> i.siteid, p.site_id, p.patient_id) = 1
),

lab AS (
    SELECT
        c.usubjid,
        c.course_no,
        any_value(l.value_num) FILTER (l.test_code = 'AFP') AS afp_ng_ml,
        any_value(l.value_op) FILTER (l.test_code = 'AFP') AS afp_op,
        any_value(l.value_num) FILTER (l.test_code = 'AST') AS ast,
        any_value(l.value_num) FILTER (l.test_code = 'ALT') AS alt
    FROM harmonised.course_lab AS l
    INNER JOIN harmonised.treatment_course AS c ON l.course_id = c.course_id
    GROUP BY c.usubjid, c.course_no
)

SELECT
    i.study_id,
    i.usubjid,
    i.siteid,
    d.patient_id,
    i.course_no,
    i.index_date,
    (year(i.index_date) - d.birth_year)::INTEGER AS age,
    d.sex,
    d.etiology,
    s.ecog,
    p.score AS child_pugh_score,
    p.class AS child_pugh_class,
    b.recorded AS bclc_recorded,
    b.derived AS bclc_derived,
    CASE getvariable('bclc') WHEN 'derived' THEN b.derived ELSE b.recorded END AS bclc,
    a.grade AS albi_grade,
    l.afp_ng_ml,
    l.afp_op,
    t.max_diam_mm AS tumour_size_mm,
    t.n_nodules AS tumour_number,
    CASE WHEN t.has_portal_invasion THEN 'Y' WHEN NOT t.has_portal_invasion THEN 'N' END AS portal_invasion,
    t.vp,
    CASE WHEN t.has_extrahepatic_spread THEN 'Y' WHEN NOT t.has_extrahepatic_spread THEN 'N' END AS metastasis,
    CASE WHEN t.is_beyond_reflect THEN 'Y' WHEN NOT t.is_beyond_reflect THEN 'N' END AS beyond_reflect,
    l.ast,
    l.alt,
    CASE WHEN list_contains(c.prior_local, 'TACE') THEN 'Y' ELSE 'N' END AS prior_tace,
    CASE WHEN list_contains(c.prior_local, 'RT') THEN 'Y' ELSE 'N' END AS prior_rt,
    d.has_open_error,
    i.srcdom,
    i.srcrow
FROM started AS i
INNER JOIN demography AS d ON i.usubjid = d.usubjid
INNER JOIN harmonised.treatment_line AS c ON i.usubjid = c.usubjid AND i.course_no = c.course_no
LEFT JOIN harmonised.course_status AS s ON i.usubjid = s.usubjid AND i.course_no = s.course_no
LEFT JOIN harmonised.course_tumour AS t ON i.usubjid = t.usubjid AND i.course_no = t.course_no
LEFT JOIN harmonised.child_pugh AS p ON i.usubjid = p.usubjid AND i.course_no = p.course_no
LEFT JOIN harmonised.albi AS a ON i.usubjid = a.usubjid AND i.course_no = a.course_no
LEFT JOIN harmonised.bclc_stage AS b ON i.usubjid = b.usubjid AND i.course_no = b.course_no
LEFT JOIN lab AS l ON i.usubjid = l.usubjid AND i.course_no = l.course_no
