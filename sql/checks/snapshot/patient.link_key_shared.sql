-- Two patient numbers of one hospital with the same link key: one person with two numbers, or a wrong key.
SELECT site_id, row_id, 'link_key' AS column_name
FROM harmonised.person
QUALIFY count(*) OVER (PARTITION BY usubjid, site_id) > 1
