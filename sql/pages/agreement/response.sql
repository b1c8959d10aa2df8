-- response: recorded beside derived responses under one definition, by reader and criterion; one row an exam of a course
-- with both, or with a recorded one only. is_named_otherwise: the two differ by a word that the hospital does not have.
SELECT
    reader_id || ' ' || criterion AS what,
    site_id,
    usubjid,
    exam_date AS day,
    recorded_response AS first,
    derived_response AS second,
    is_named_otherwise
FROM harmonised.response_agreement
WHERE definition = getvariable('definition') AND criterion IS NOT NULL
