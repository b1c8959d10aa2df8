-- A person who is a patient of more than one hospital, by link key or by decision. Information: counted once.
SELECT site_id, row_id, 'link_key' AS column_name
FROM harmonised.person
QUALIFY count(DISTINCT site_id) OVER (PARTITION BY usubjid) > 1
