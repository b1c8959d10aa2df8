-- assessment: the chosen reader's response of each day on which a course was assessed; one row a course and day.
--
-- Two readings of a day, as of two hospitals: the worst counts (PD > NON-CR/NON-PD > SD > PR > CR > NE, the order of
-- admiralonco).
SELECT r.*
FROM study.reading AS r
INNER JOIN study.reader_choice AS c
    ON r.usubjid = c.usubjid AND r.course_no = c.course_no AND r.reader_id = c.reader_id
QUALIFY row_number() OVER (
    PARTITION BY r.usubjid, r.course_no, r.adt
    ORDER BY list_position(['PD', 'NON-CR/NON-PD', 'SD', 'PR', 'CR', 'NE'], r.avalc), r.srcrow
) = 1
