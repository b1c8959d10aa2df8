-- membership: whether one person is in a study (variable study_id), in which group, or why not; at most one row.
--
-- earlier: the systemic courses begun before the index, each with its first progression on or before it by the study's
-- responses.
WITH member AS (
    SELECT
        c.*,
        i.course_no,
        i.regimen
    FROM analysis.cohort AS c
    INNER JOIN analysis.index_event AS i ON c.study_id = i.study_id AND c.usubjid = i.usubjid
    WHERE c.usubjid = getvariable('person') AND c.study_id = getvariable('study_id')
),

before_index AS (
    SELECT
        t.course_no,
        t.regimen,
        t.start_date,
        t.last_dose_date,
        min(a.adt) AS pd_date
    FROM member AS m
    INNER JOIN harmonised.treatment_line AS t
        ON m.usubjid = t.usubjid AND t.kind = 'SYSTEMIC' AND t.start_date < m.index_date
    LEFT JOIN analysis.assessment AS a
        ON m.study_id = a.study_id AND t.usubjid = a.usubjid AND t.course_no = a.course_no AND a.avalc = 'PD'
        AND a.adt <= m.index_date
    GROUP BY t.course_no, t.regimen, t.start_date, t.last_dose_date
)

SELECT
    m.siteid AS site_id,
    m.index_date,
    m.exposure_group,
    m.exclusion_reason,
    m.is_included,
    m.course_no,
    m.regimen,
    n.label,
    n.label_ko,
    t.overlap,
    (
        SELECT
            list(
                struct_pack(
                    course_no := b.course_no, regimen := b.regimen, last_dose_date := b.last_dose_date,
                    pd_date := b.pd_date
                )
                ORDER BY b.course_no
            )
        FROM before_index AS b
    ) AS earlier,
    r.reader_id,
    r.n_read,
    r.n_exam,
    s.cutoff,
    s.definition,
    [m.srcrow] AS row_ids
FROM member AS m
INNER JOIN analysis.study AS s ON m.study_id = s.study_id
LEFT JOIN analysis.entry AS n
    ON m.study_id = n.study_id
    AND n.kind = CASE WHEN m.is_included THEN 'group' ELSE 'exclusion' END
    AND n.code = CASE WHEN m.is_included THEN m.exposure_group ELSE m.exclusion_reason END
LEFT JOIN harmonised.treatment_line AS t ON m.usubjid = t.usubjid AND m.course_no = t.course_no
LEFT JOIN analysis.reader_choice AS r
    ON m.study_id = r.study_id AND m.usubjid = r.usubjid AND m.course_no = r.course_no
