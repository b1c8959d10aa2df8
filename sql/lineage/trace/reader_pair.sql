-- reader_pair: exams that two readers assessed; one row an exam and pair of readers, with both readings' rows.
WITH reading AS (
    SELECT
        g.usubjid,
        g.site_id,
        g.exam_no,
        g.reader_id,
        flatten(list(coalesce(r.row_ids, [g.srcrow]))) AS row_ids
    FROM study.reading AS g
    LEFT JOIN trace.reading_row AS r ON g.srcrow = r.srcrow
    GROUP BY g.usubjid, g.site_id, g.exam_no, g.reader_id
)

SELECT
    'OVR' AS endpoint,
    p.usubjid,
    s.siteid,
    p.first_reader || ':' || p.second_reader AS term,
    p.first_avalc,
    p.second_avalc,
    p.adt AS day,
    p.first_avalc || ' / ' || p.second_avalc AS result,
    list_distinct(coalesce(a.row_ids, []) || coalesce(b.row_ids, [])) AS sources
FROM study.reader_pair AS p
INNER JOIN study.adsl AS s ON p.usubjid = s.usubjid
LEFT JOIN reading AS a
    ON p.usubjid = a.usubjid AND p.site_id = a.site_id AND p.exam_no = a.exam_no AND p.first_reader = a.reader_id
LEFT JOIN reading AS b
    ON p.usubjid = b.usubjid AND p.site_id = b.site_id AND p.exam_no = b.exam_no AND p.second_reader = b.reader_id
