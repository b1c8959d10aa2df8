-- Dates of which only the month or the year is known: 2023-03 · 2023.3. · 2023년 3월 · 2023.03.00 · 2023 · 2023.00.00,
-- and days counted by a spreadsheet. Needs dates.sql.

CREATE MACRO month_text(x) AS
    CASE WHEN regexp_full_match(x, '(?:19|[2-9]\d)\d{2}(?:0[1-9]|1[0-2])00') THEN left(x, 4) || '-' || substr(x, 5, 2)
         WHEN regexp_full_match(x,
            '(?:19|[2-9]\d)\d{2}\s*(?:[-./]|년)\s*(?:0?[1-9]|1[0-2])\s*(?:[-./]|월)?(?:\s*0{1,2}\s*(?:\.|일)?)?')
            AND NOT regexp_full_match(x, '(?:19|[2-9]\d)\d{2}\s*(?:[-./]|년)\s*\d{2}0{1,2}')
         THEN left(x, 4) || '-' || lpad(regexp_extract(x, '^\d{4}\D+(\d{1,2})', 1), 2, '0')
    END;
CREATE MACRO year_text(x) AS
    CASE WHEN regexp_full_match(x,
            '(?:19|[2-9]\d)\d{2}\s*(?:년|\.)?|(?:19|[2-9]\d)\d{2}0000|(?:19|[2-9]\d)\d{2}[-./]\s*00[-./]\s*00\.?')
         THEN left(x, 4) END;

CREATE MACRO is_no_date(x) AS day_value(x) IN (DATE '1900-01-01', DATE '9999-12-31');

-- Days since a spreadsheet's first day, with the time as a fraction; to the second.
CREATE MACRO serial_moment(x, first_day) AS
    CASE WHEN regexp_full_match(x, '\d{4,5}(\.\d{1,12})?')
         THEN CAST(first_day AS TIMESTAMP) + to_seconds(CAST(round(CAST(x AS DECIMAL(20, 12)) * 86400, 0) AS BIGINT))
    END;
