-- change_of_sum: changes of the sum of the targets, by the patient's rank in the waterfall; one row a person and day.
--
-- The largest growth has rank 1, equals in the order of their ids. Month 0 is the baseline exam, with no change.
WITH ranked AS (
    SELECT
        usubjid,
        min(pchg) AS smallest,
        row_number() OVER (ORDER BY min(pchg) DESC, usubjid) AS rank
    FROM study.tumour_change
    GROUP BY usubjid
),

reading AS (
    SELECT usubjid, adt, is_baseline, list_sort(list(DISTINCT srcrow)) AS row_ids
    FROM study.adtr
    WHERE is_index_course AND is_chosen_reader AND paramcd = 'DIAMETER' AND role = 'TARGET'
    GROUP BY usubjid, adt, is_baseline
),

line AS (
    SELECT usubjid, adt, months, pchg FROM study.tumour_change
    UNION ALL
    SELECT k.usubjid, r.adt, 0 AS months, 0 AS pchg
    FROM ranked AS k
    INNER JOIN reading AS r ON k.usubjid = r.usubjid AND r.is_baseline
)

SELECT
    l.usubjid,
    s.siteid,
    s.exposure_group AS grp,
    k.rank,
    k.smallest,
    l.months,
    l.pchg,
    l.adt AS day,
    format('{:.1f} %', l.pchg) AS result,
    coalesce(r.row_ids, [s.srcrow]) AS sources
FROM line AS l
INNER JOIN ranked AS k ON l.usubjid = k.usubjid
INNER JOIN study.adsl AS s ON l.usubjid = s.usubjid
LEFT JOIN reading AS r ON l.usubjid = r.usubjid AND l.adt = r.adt AND r.is_baseline = (l.months = 0)
