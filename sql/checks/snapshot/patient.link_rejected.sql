-- Two patients whom a person judged to be different persons, and whom a link key makes one all the same. The key is
-- followed until it is corrected, or until the decision is changed.
WITH linked AS (
    SELECT
        this.site_id,
        this.row_id,
        other.site_id AS other_site_id,
        other.row_id AS other_row_id
    FROM quality.link_decision AS pair
    INNER JOIN harmonised.person AS this ON this.site_id = pair.site_id AND this.patient_id = pair.patient_id
    INNER JOIN harmonised.person AS other
        ON other.site_id = pair.other_site_id AND other.patient_id = pair.other_patient_id
    WHERE pair.decision = 'rejected' AND this.usubjid = other.usubjid
)

SELECT site_id, row_id, 'link_key' AS column_name FROM linked
UNION
SELECT other_site_id, other_row_id, 'link_key' FROM linked
