-- delivery: the deliveries of the study's hospitals with what was decided; one row a delivery. It is no patient's.
SELECT
    NULL::VARCHAR AS usubjid,
    d.site_id AS siteid,
    d.status,
    NULL::DATE AS day,
    d.delivery_id AS result,
    []::VARCHAR[] AS sources
FROM trace.decision AS d
SEMI JOIN trace.site AS s ON d.site_id = s.site_id
