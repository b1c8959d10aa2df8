-- Two recorded deaths of one patient more than 7 days apart: neither can be taken. Kept, both.
-- Source: clinical definitions, section 6.
SELECT this.row_id, 'event_date' AS column_name
FROM reference.death AS this
SEMI JOIN reference.death AS other
    ON other.patient_id = this.patient_id AND abs(other.death_date - this.death_date) > 7
