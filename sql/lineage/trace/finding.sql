-- finding: the findings of the deliveries that count; one row a finding. A finding on no row has no source.
SELECT
    p.usubjid,
    f.site_id AS siteid,
    f.severity,
    f.rule_id,
    NULL::DATE AS day,
    f.rule_id AS result,
    CASE WHEN f.row_id IS NULL THEN []::VARCHAR[] ELSE [f.row_id] END AS sources
FROM quality.finding AS f
SEMI JOIN trace.site AS s ON f.site_id = s.site_id
SEMI JOIN quality.snapshot_member AS m ON f.site_id = m.site_id AND f.delivery_id = m.delivery_id
LEFT JOIN harmonised.person AS p ON f.site_id = p.site_id AND f.patient_id = p.patient_id
