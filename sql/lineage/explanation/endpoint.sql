-- endpoint: the times to event of one person in a study, each with its reason; one row an endpoint of the study.
--
-- An endpoint without a time (aval_days null) starts at, or is only asked of persons with, something that this person
-- does not have by the cut-off (start_source, among_source), or the person is not in the study.
SELECT
    n.code AS paramcd,
    n.label,
    n.label_ko,
    n.start_source,
    n.among_source,
    e.startdt AS start_date,
    e.adt AS end_date,
    e.aval_days,
    round(e.aval_months, 1) AS months,
    e.cnsr = 0 AS is_event,
    e.evntdesc AS reason,
    CASE WHEN e.srcrow IS NULL THEN [] ELSE [e.srcrow] END AS row_ids
FROM analysis.entry AS n
LEFT JOIN analysis.adtte AS e
    ON n.study_id = e.study_id AND n.code = e.paramcd AND e.usubjid = getvariable('person')
WHERE n.study_id = getvariable('study_id') AND n.kind = 'endpoint'
ORDER BY e.paramcd IS NULL, n.code
