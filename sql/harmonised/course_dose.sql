-- harmonised.course_dose: every dose of a course over all hospitals, in numbers; one row a course, drug, day and amount.
--
-- The same amount of a drug on the same day recorded at two hospitals is one dose. day_no is the day of the cycle, 1
-- its first dose of any drug. cycle_no is the hospital's; a cycle is known by course, cycle_no and hospital, because
-- two hospitals may count from 1 each. The person, the regimen and the rows of a dose: administration.
WITH dose AS (
    SELECT
        s.course_id,
        arg_min(a.site_id, a.row_id) AS site_id,
        arg_min(a.cycle_no, a.row_id)::INTEGER AS cycle_no,
        a.drug::ENUM ('5FU', 'CISPLATIN', 'ATEZOLIZUMAB', 'BEVACIZUMAB', 'OTHER') AS drug,
        a.admin_date,
        a.dose AS dose_mg,
        max(a.weight_kg) AS weight_kg,
        max(a.bsa_m2) AS bsa_recorded_m2,
        bool_or(coalesce(a.interrupted = 'Y', false)) AS is_interrupted
    FROM validated.administration AS a
    INNER JOIN harmonised.source_course AS s
        ON a.site_id = s.site_id AND a.patient_id = s.patient_id AND a.course_no = s.source_course_no
    GROUP BY ALL
),

cycle AS (
    SELECT
        course_id,
        site_id,
        cycle_no,
        min(admin_date) AS cycle_start_date
    FROM dose
    GROUP BY course_id, site_id, cycle_no
)

SELECT
    d.*,
    y.cycle_start_date,
    (d.admin_date - y.cycle_start_date + 1)::INTEGER AS day_no
FROM dose AS d
INNER JOIN cycle AS y
    ON d.course_id = y.course_id AND d.site_id = y.site_id AND d.cycle_no IS NOT DISTINCT FROM y.cycle_no
