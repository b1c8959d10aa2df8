-- endpoint_source: every dated thing that an endpoint can be made of, on or before the cut-off; one row each.
--
-- source: index, death, progression (each PD of the index course), clinical_progression, new_therapy, response and
-- confirmed_response (first of each), adequate_assessment (each assessment that is not NE; last_adequate_assessment
-- picks the last of them that its endpoint allows), last_contact (the latest dated evidence of life over all
-- hospitals, not after the death; a later one, or a death, after the cut-off shows the person alive at the cut-off).
-- reason: the words of evntdesc. is_pd marks an assessment that is itself a PD.
WITH included AS (
    SELECT
        c.usubjid,
        c.index_date,
        c.srcdom,
        c.srcrow,
        d.death_date,
        d.is_assumed,
        d.row_id AS death_row_id
    FROM study.cohort AS c
    LEFT JOIN study.person_death AS d ON c.usubjid = d.usubjid
    WHERE c.is_included
),

evidence AS (
    SELECT usubjid, evidence_date, source AS srcdom, row_id AS srcrow FROM harmonised.life_evidence
    UNION ALL
    SELECT usubjid, index_date, srcdom, srcrow FROM included
    UNION ALL
    SELECT usubjid, death_date, 'followup_event', death_row_id FROM included WHERE death_date IS NOT NULL
),

contact AS (
    SELECT e.*
    FROM evidence AS e
    INNER JOIN included AS i ON e.usubjid = i.usubjid
    WHERE e.evidence_date <= coalesce(i.death_date, e.evidence_date)
    QUALIFY row_number() OVER (PARTITION BY e.usubjid ORDER BY e.evidence_date DESC, e.srcdom, e.srcrow) = 1
),

item AS (
    SELECT usubjid, 'index' AS source, index_date AS adt, 'START' AS reason, false AS is_pd, srcdom, srcrow
    FROM included
    UNION ALL BY NAME
    SELECT
        usubjid, 'death' AS source, death_date AS adt, 'followup_event' AS srcdom, death_row_id AS srcrow,
        CASE WHEN is_assumed THEN 'DEATH, DATE ASSUMED' ELSE 'DEATH' END AS reason
    FROM included
    UNION ALL BY NAME
    SELECT usubjid, 'progression' AS source, adt, 'PROGRESSION' AS reason, srcdom, srcrow
    FROM study.adrs
    WHERE paramcd = 'OVR' AND avalc = 'PD'
    UNION ALL BY NAME
    SELECT
        p.usubjid, 'clinical_progression' AS source, try_cast(f.event_date AS DATE) AS adt,
        'CLINICAL PROGRESSION' AS reason, 'followup_event' AS srcdom, f.row_id AS srcrow
    FROM validated.followup_event AS f
    INNER JOIN harmonised.person AS p ON f.site_id = p.site_id AND f.patient_id = p.patient_id
    INNER JOIN included AS i ON p.usubjid = i.usubjid AND try_cast(f.event_date AS DATE) > i.index_date
    WHERE f.event_type = 'CLIN_PROGRESSION' AND f.event_date_precision = 'day'
    UNION ALL BY NAME
    SELECT
        usubjid, 'new_therapy' AS source, adt, 'NEW ANTICANCER THERAPY' AS reason, 'treatment_course' AS srcdom, srcrow
    FROM study.new_therapy
    UNION ALL BY NAME
    SELECT
        usubjid, CASE paramcd WHEN 'RSP' THEN 'response' ELSE 'confirmed_response' END AS source, adt,
        'RESPONSE' AS reason, srcdom, srcrow
    FROM study.adrs
    WHERE paramcd IN ('RSP', 'CRSP')
    UNION ALL BY NAME
    SELECT
        usubjid, 'adequate_assessment' AS source, adt, 'LAST ADEQUATE ASSESSMENT' AS reason, avalc = 'PD' AS is_pd,
        srcdom, srcrow
    FROM study.adrs
    WHERE paramcd = 'OVR' AND avalc <> 'NE'
    UNION ALL BY NAME
    SELECT
        usubjid, 'last_contact' AS source, least(evidence_date, getvariable('cutoff')) AS adt,
        CASE WHEN evidence_date > getvariable('cutoff') THEN 'DATA CUT-OFF' ELSE 'LAST CONTACT' END AS reason,
        srcdom, srcrow
    FROM contact
)

SELECT
    getvariable('study_id') AS study_id,
    i.usubjid,
    i.source,
    i.adt,
    i.reason,
    coalesce(i.is_pd, false) AS is_pd,
    i.srcdom,
    i.srcrow
FROM item AS i
INNER JOIN included AS c ON i.usubjid = c.usubjid
WHERE i.adt <= getvariable('cutoff')
