-- baseline_rule: which persons have the baseline values that a rule of the study asks for; one row a person and rule.
--
-- study.rule_level has one row a part of a level (`<=100` is a comparison, `B|C` are two parts). A rule holds when each
-- of its variables is in one of its levels. A value that is not known is in the level `missing` and in no other.
WITH value AS (
    SELECT
        b.usubjid,
        l.* EXCLUDE (text),
        l.text AS wanted,
        json_extract_string(to_json(b), l.column_name) AS text
    FROM study.baseline AS b
    CROSS JOIN study.rule_level AS l
),

judged AS (
    SELECT
        usubjid,
        rule_no,
        column_name,
        bool_or(CASE
            WHEN comparison = 'missing' THEN text IS NULL
            WHEN text IS NULL THEN false
            WHEN bound IS NULL THEN text = wanted
            WHEN comparison = '=' THEN try_cast(text AS DOUBLE) = bound
            WHEN comparison = '<' THEN try_cast(text AS DOUBLE) < bound
            WHEN comparison = '<=' THEN try_cast(text AS DOUBLE) <= bound
            WHEN comparison = '>' THEN try_cast(text AS DOUBLE) > bound
            WHEN comparison = '>=' THEN try_cast(text AS DOUBLE) >= bound
        END) AS is_in
    FROM value
    GROUP BY usubjid, rule_no, column_name
)

SELECT
    getvariable('study_id') AS study_id,
    usubjid,
    rule_no,
    bool_and(is_in) AS holds
FROM judged
GROUP BY usubjid, rule_no
