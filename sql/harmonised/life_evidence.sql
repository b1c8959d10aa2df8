-- harmonised.life_evidence: every dated evidence that a person was alive, at any hospital; one row a record and date.
--
-- Definition (clinical-definitions 6): last contact is the latest dated evidence of life over all hospitals of a
-- person: contacts, doses and treatments, scans, laboratory samples, assessments, the onset of adverse events.
-- Choices: a contact of which only the month or year is known counts on its first day. Not evidence: the day a scan
-- was read (it may be read after a death), the end of an adverse event (often written in later), a diagnosis date.
-- Kept as a view: it repeats the validated rows.
WITH evidence AS (
    SELECT
        site_id,
        patient_id,
        CASE event_date_precision
            WHEN 'year' THEN event_date || '-01-01'
            WHEN 'month' THEN event_date || '-01'
            ELSE event_date
        END::DATE AS evidence_date,
        'followup_event' AS source,
        event_type AS kind,
        row_id
    FROM validated.followup_event
    WHERE event_type <> 'DEATH'
    UNION ALL
    SELECT site_id, patient_id, admin_date, 'administration', drug, row_id
    FROM validated.administration
    UNION ALL
    SELECT site_id, patient_id, start_date, 'treatment_course', regimen, row_id
    FROM validated.treatment_course
    UNION ALL
    SELECT site_id, patient_id, end_date, 'treatment_course', regimen, row_id
    FROM validated.treatment_course
    UNION ALL
    SELECT site_id, patient_id, exam_date, 'imaging_visit', modality, row_id
    FROM validated.imaging_visit
    UNION ALL
    SELECT site_id, patient_id, img_date, 'tumour_baseline', NULL, row_id
    FROM validated.tumour_baseline
    UNION ALL
    SELECT site_id, patient_id, assess_date, 'baseline_status', NULL, row_id
    FROM validated.baseline_status
    UNION ALL
    SELECT site_id, patient_id, collect_datetime::DATE, 'lab', test_code, row_id
    FROM validated.lab
    UNION ALL
    SELECT site_id, patient_id, start_date, 'adverse_event', term, row_id
    FROM validated.adverse_event
)

SELECT
    p.usubjid,
    e.evidence_date,
    e.source,
    e.kind,
    e.site_id,
    e.row_id
FROM evidence AS e
INNER JOIN harmonised.person AS p ON e.site_id = p.site_id AND e.patient_id = p.patient_id
WHERE e.evidence_date IS NOT NULL
