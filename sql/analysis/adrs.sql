-- adrs: responses of the persons in the study; one row a person, parameter and date.
--
-- OVR: the response of each day after the index (is_analysed: it counts for the best response, up to the first PD).
-- BOR, CBOR: best response, unconfirmed and confirmed: the first of CR, PR, SD, NON-CR/NON-PD, PD, NE that any
-- assessment is worth (best_response), at its earliest date; MISSING, without a date, where none counts.
-- RSP, CRSP: the date of the first CR or PR, unconfirmed and confirmed; only persons who have one.
WITH visit AS (
    SELECT a.*
    FROM study.assessment AS a
    INNER JOIN study.index_event AS i ON a.usubjid = i.usubjid AND a.course_no = i.course_no
),

best_candidate AS (
    SELECT 'BOR' AS paramcd, * EXCLUDE (worth, confirmed_worth), worth FROM study.best_response
    UNION ALL BY NAME
    SELECT 'CBOR' AS paramcd, * EXCLUDE (worth, confirmed_worth), confirmed_worth AS worth FROM study.best_response
),

best AS (
    SELECT *
    FROM best_candidate
    QUALIFY row_number() OVER (
        PARTITION BY paramcd, usubjid
        ORDER BY list_position(['CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD', 'NE'], worth), adt
    ) = 1
),

responder AS (
    SELECT 'RSP' AS paramcd, * FROM study.best_response WHERE avalc IN ('CR', 'PR')
    UNION ALL
    SELECT 'CRSP' AS paramcd, * FROM study.best_response WHERE is_confirmed
),

first_response AS (
    SELECT *
    FROM responder
    QUALIFY row_number() OVER (PARTITION BY paramcd, usubjid ORDER BY adt) = 1
),

response_record AS (
    SELECT
        v.usubjid, 'OVR' AS paramcd, v.adt, v.avalc, v.reader_id, v.srcdom, v.srcrow, b.usubjid IS NOT NULL AS is_analysed
    FROM visit AS v
    LEFT JOIN study.best_response AS b ON v.usubjid = b.usubjid AND v.adt = b.adt
    UNION ALL BY NAME
    SELECT
        c.usubjid, p.paramcd, b.adt, coalesce(b.worth, 'MISSING') AS avalc, b.reader_id, b.srcdom, b.srcrow,
        true AS is_analysed
    FROM study.cohort AS c
    CROSS JOIN study.best_parameter AS p
    LEFT JOIN best AS b ON c.usubjid = b.usubjid AND p.paramcd = b.paramcd
    UNION ALL BY NAME
    SELECT usubjid, paramcd, adt, avalc, reader_id, srcdom, srcrow, true AS is_analysed FROM first_response
)

SELECT
    c.study_id,
    c.usubjid,
    c.siteid,
    l.paramcd,
    getvariable('definition') AS definition,
    l.reader_id,
    l.adt,
    (l.adt - c.index_date)::INTEGER AS ady,
    l.avalc,
    l.is_analysed,
    l.srcdom,
    l.srcrow
FROM response_record AS l
INNER JOIN study.cohort AS c ON l.usubjid = c.usubjid AND c.is_included
ORDER BY c.usubjid, l.paramcd, l.adt
