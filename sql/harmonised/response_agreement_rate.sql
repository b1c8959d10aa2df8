-- harmonised.response_agreement_rate: how often the hospitals' own mRECIST reading and the derived response agree; one
-- row a definition, hospital and reader.
--
-- Counts of harmonised.response_agreement: an exam counts for each course that it serves. n_both have both: n_match
-- agree, n_named_otherwise are NON-CR/NON-PD that a hospital without the word recorded as SD, n_mismatch differ;
-- n_pd_mismatch of those differ on whether it is a progression. mismatch_pct = 100 * n_mismatch / n_both.
WITH counted AS (
    SELECT
        definition,
        site_id,
        reader_id,
        count(*) FILTER (agreement IN ('MATCH', 'MISMATCH'))::INTEGER AS n_both,
        count(*) FILTER (agreement = 'MATCH')::INTEGER AS n_match,
        count(*) FILTER (
            agreement = 'MISMATCH' AND derived_response = 'NON-CR/NON-PD' AND recorded_response = 'SD'
        )::INTEGER AS n_named_otherwise,
        count(*) FILTER (
            agreement = 'MISMATCH' AND (derived_response = 'PD') <> (recorded_response = 'PD')
        )::INTEGER AS n_pd_mismatch,
        count(*) FILTER (agreement = 'RECORDED_ONLY')::INTEGER AS n_recorded_only,
        count(*) FILTER (agreement = 'DERIVED_ONLY')::INTEGER AS n_derived_only
    FROM harmonised.response_agreement
    GROUP BY definition, site_id, reader_id
)

SELECT
    *,
    n_both - n_match - n_named_otherwise AS n_mismatch,
    100.0::DOUBLE * (n_both - n_match - n_named_otherwise) / nullif(n_both, 0) AS mismatch_pct
FROM counted
