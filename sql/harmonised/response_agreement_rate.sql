-- harmonised.response_agreement_rate: how often the hospitals' own readings and the derived response agree; one row a
-- definition, hospital, reader and criterion by which that reader recorded.
--
-- Counts of harmonised.response_agreement: an exam counts for each course that it serves. n_both have both: n_match
-- agree, n_named_otherwise are NON-CR/NON-PD that a hospital without the word recorded as SD, n_mismatch differ;
-- n_pd_mismatch of those differ on whether it is a progression. mismatch_pct = 100 * n_mismatch / n_both. n_derived_only:
-- derived exams of the reader without a reading by this criterion. is_across_criteria: RECIST 1.1 beside mRECIST.
WITH counted AS (
    SELECT
        definition,
        site_id,
        reader_id,
        criterion,
        is_across_criteria,
        count(*) FILTER (agreement IN ('MATCH', 'MISMATCH'))::INTEGER AS n_both,
        count(*) FILTER (agreement = 'MATCH')::INTEGER AS n_match,
        count(*) FILTER (is_named_otherwise)::INTEGER AS n_named_otherwise,
        count(*) FILTER (is_pd_mismatch)::INTEGER AS n_pd_mismatch,
        count(*) FILTER (agreement = 'RECORDED_ONLY')::INTEGER AS n_recorded_only
    FROM harmonised.response_agreement
    WHERE criterion IS NOT NULL
    GROUP BY definition, site_id, reader_id, criterion, is_across_criteria
),

derived AS ( -- exam_response has each exam of exam_sum once for each derived definition
    SELECT
        s.site_id,
        s.reader_id,
        count(*)::INTEGER AS n_derived
    FROM harmonised.exam_sum AS e
    INNER JOIN harmonised.series AS s ON e.series_no = s.series_no
    GROUP BY s.site_id, s.reader_id
),

repeated AS ( -- a course of two source courses can have a reading of one exam for each of them
    SELECT
        s.site_id,
        s.reader_id,
        r.criterion,
        sum(r.n_readings - 1)::INTEGER AS n_repeated
    FROM (
        SELECT course_exam_no, criterion, count(*) AS n_readings FROM harmonised.exam_record
        GROUP BY course_exam_no, criterion
        HAVING count(*) > 1
    ) AS r
    INNER JOIN harmonised.exam_sum AS e ON r.course_exam_no = e.course_exam_no
    INNER JOIN harmonised.series AS s ON e.series_no = s.series_no
    GROUP BY s.site_id, s.reader_id, r.criterion
)

SELECT
    c.*,
    coalesce(d.n_derived, 0) - c.n_both + coalesce(r.n_repeated, 0) AS n_derived_only,
    c.n_both - c.n_match - c.n_named_otherwise AS n_mismatch,
    100.0::DOUBLE * (c.n_both - c.n_match - c.n_named_otherwise) / nullif(c.n_both, 0) AS mismatch_pct
FROM counted AS c
LEFT JOIN derived AS d ON c.site_id = d.site_id AND c.reader_id = d.reader_id
LEFT JOIN repeated AS r ON c.site_id = r.site_id AND c.reader_id = r.reader_id AND c.criterion = r.criterion
