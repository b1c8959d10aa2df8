-- harmonised.progression: the first progression of a course by definition and reader; one row where there is one.
--
-- pd_date is the first exam after the course's start with overall PD over all hospitals; pd_known_date the scan on
-- which it was known, the earliest where several readings of that day say so. `recorded` takes the hospital's own
-- mRECIST readings. With a cut-off before pd_known_date the first progression is another one, or none: a study with
-- a cut-off looks in visit_response for the first PD with pd_known_date on or before it.
WITH pd AS (
    SELECT
        usubjid,
        course_no,
        definition,
        reader_id,
        exam_date,
        pd_known_date,
        exam_no,
        site_id,
        row_ids || coalesce(new_lesion_row_ids, []) AS row_ids
    FROM harmonised.visit_response
    WHERE overall_response = 'PD'
    UNION ALL
    SELECT
        usubjid,
        course_no,
        definition,
        reader_id,
        exam_date,
        pd_known_date,
        exam_no,
        site_id,
        [row_id] AS row_ids
    FROM harmonised.recorded_response
    WHERE overall_response = 'PD' AND criterion = 'MRECIST'
)

SELECT
    usubjid,
    course_no,
    definition,
    reader_id,
    exam_date AS pd_date,
    pd_known_date,
    site_id,
    exam_no,
    row_ids
FROM pd
QUALIFY row_number() OVER (
    PARTITION BY usubjid, course_no, definition, reader_id ORDER BY exam_date, pd_known_date, site_id, exam_no
) = 1
