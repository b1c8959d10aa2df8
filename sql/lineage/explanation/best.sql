-- best: the best response of one person in a study, unconfirmed (BOR) and confirmed (CBOR), and the thresholds used.
SELECT
    a.paramcd,
    a.adt AS day_date,
    a.avalc AS response,
    r.sd_min_days,
    r.confirm_days,
    r.max_ne,
    CASE WHEN a.adt IS NULL THEN [] ELSE [a.srcrow] END AS row_ids
FROM analysis.adrs AS a
INNER JOIN analysis.response_rule AS r ON a.study_id = r.study_id
WHERE a.usubjid = getvariable('person') AND a.study_id = getvariable('study_id') AND a.paramcd IN ('BOR', 'CBOR')
ORDER BY a.paramcd
