-- person_death: the date of death that the study uses; one row a person of the study with any death record.
--
-- From harmonised.death. A death that cannot be resolved, or lies before the index, is unresolved: it never makes a
-- person alive. unresolved_deaths says whether such a person leaves (exclude) or dies at the earliest or the latest
-- date that is possible, not before the index; without a latest date, that is later than any cut-off. Deaths after
-- the cut-off stay here; endpoints look at the cut-off.
WITH dated AS (
    SELECT
        i.usubjid,
        i.index_date,
        d.row_id,
        d.is_resolved AND coalesce(d.death_date >= i.index_date, true) AS is_resolved,
        d.death_date,
        CASE getvariable('unresolved_deaths')
            WHEN 'earliest' THEN greatest(d.earliest_date, i.index_date)
            WHEN 'latest' THEN greatest(coalesce(d.latest_date, DATE '9999-12-31'), d.last_evidence_date, i.index_date)
        END AS assumed_date
    FROM study.index_event AS i
    INNER JOIN harmonised.death AS d ON i.usubjid = d.usubjid
)

SELECT
    getvariable('study_id') AS study_id,
    usubjid,
    CASE WHEN is_resolved THEN death_date ELSE assumed_date END AS death_date,
    NOT is_resolved AS is_assumed,
    NOT is_resolved AND assumed_date IS NULL AS is_unresolved,
    row_id
FROM dated
