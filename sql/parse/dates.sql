-- Dates as hospitals write them, year first with four digits: 2023-03-07 · 20230307 · 2023.3.7 · 2023. 03. 07. ·
-- 2023년 3월 7일 · with a time. Refused (NULL): two-digit years, day or month first, days that do not exist.
-- 9999-12-31 (none) and 1900-01-01 (missing) are handled by is_no_date. A cell is NFKC and trimmed.

CREATE MACRO is_plain_day(x) AS regexp_full_match(x, '(?:19|[2-9]\d)\d{2}[-./]\d{2}[-./]\d{2}');
CREATE MACRO is_digit_day(x) AS regexp_full_match(x, '(?:19|[2-9]\d)\d{6}');
CREATE MACRO is_plain_minute(x) AS
    regexp_full_match(x, '(?:19|[2-9]\d)\d{2}(?:-\d{2}-|[.]\d{2}[.]|/\d{2}/)\d{2}[T ]\d{2}:\d{2}(?::\d{2})?');

CREATE MACRO day_of_plain(x) AS TRY_CAST(left(x, 4) || '-' || substr(x, 6, 2) || '-' || substr(x, 9, 2) AS DATE);
CREATE MACRO day_of_digits(x) AS TRY_CAST(left(x, 4) || '-' || substr(x, 5, 2) || '-' || substr(x, 7, 2) AS DATE);

-- The time at the end of a cell ('' if none) and the cell without it; a weekday in brackets is dropped.
CREATE MACRO clock_text(x) AS
    regexp_extract(x, '[T\s]+((?:오전|오후|AM|PM|am|pm)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)$', 1);
CREATE MACRO without_clock(x) AS
    regexp_replace(regexp_replace(x,
        '[T\s]+(?:오전|오후|AM|PM|am|pm)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$', ''), '\s*\([월화수목금토일]\)$', '');
CREATE MACRO clock_value(c) AS
    CASE WHEN regexp_full_match(c, '\d:.*') THEN TRY_CAST('0' || c AS TIME)
         WHEN regexp_full_match(c, '\d{2}:.*') THEN TRY_CAST(c AS TIME)
         WHEN TRY_CAST(regexp_extract(c, '(\d{1,2}):', 1) AS INTEGER) BETWEEN 1 AND 12
         THEN TRY_CAST('00' || regexp_extract(c, '\d(:.*)$', 1) AS TIME)
            + to_hours(TRY_CAST(regexp_extract(c, '(\d{1,2}):', 1) AS INTEGER) % 12
                + CASE WHEN regexp_matches(c, '^(오후|PM|pm)') THEN 12 ELSE 0 END)
    END;

CREATE MACRO spelled_day(x) AS
    TRY_CAST(regexp_replace(nullif(regexp_extract(x,
        '^((?:19|[2-9]\d)\d{2}\s*(?:[-./]|년)\s*\d{1,2}\s*(?:[-./]|월)\s*\d{1,2})\s*(?:\.|일)?$', 1), ''),
        '^(\d{4})\D+(\d{1,2})\D+(\d{1,2})$', '\1-\2-\3') AS DATE);

CREATE MACRO minute_of_digits(x) AS
    TRY_CAST(left(x, 4) || '-' || substr(x, 5, 2) || '-' || substr(x, 7, 2) || ' '
        || left(trim(substr(x, 9)), 2) || ':' || substr(trim(substr(x, 9)), 3, 2)
        || CASE WHEN length(trim(substr(x, 9))) = 6 THEN ':' || right(x, 2) ELSE ':00' END AS TIMESTAMP);

-- A cell as a day; a time behind it must be a time, and is left out.
CREATE MACRO day_value(x) AS
    CASE WHEN is_plain_day(x) THEN day_of_plain(x)
         WHEN is_digit_day(x) THEN day_of_digits(x)
         WHEN regexp_full_match(x, '(?:19|[2-9]\d)\d{6}\s?\d{4}(?:\d{2})?') THEN CAST(minute_of_digits(x) AS DATE)
         WHEN clock_text(x) <> '' AND clock_value(clock_text(x)) IS NULL THEN NULL
         WHEN is_digit_day(without_clock(x)) THEN day_of_digits(without_clock(x))
         ELSE spelled_day(without_clock(x))
    END;

-- A cell as a moment; midnight where it is only a day.
CREATE MACRO moment_value(x) AS
    CASE WHEN is_plain_minute(x) THEN
             -- one form each: a form that does not fit costs five times one that does
             CASE WHEN x[11] = 'T' THEN TRY_CAST(replace(replace(x, '.', '-'), '/', '-') AS TIMESTAMP)
                  WHEN length(x) = 16 AND x[5] = '-' THEN try_strptime(x, '%Y-%m-%d %H:%M')
                  WHEN length(x) = 16 AND x[5] = '.' THEN try_strptime(x, '%Y.%m.%d %H:%M')
                  WHEN length(x) = 16 THEN try_strptime(x, '%Y/%m/%d %H:%M')
                  WHEN x[5] = '-' THEN try_strptime(x, '%Y-%m-%d %H:%M:%S')
                  WHEN x[5] = '.' THEN try_strptime(x, '%Y.%m.%d %H:%M:%S')
                  ELSE try_strptime(x, '%Y/%m/%d %H:%M:%S') END
         WHEN is_plain_day(x) THEN CAST(day_of_plain(x) AS TIMESTAMP)
         WHEN is_digit_day(x) THEN CAST(day_of_digits(x) AS TIMESTAMP)
         WHEN regexp_full_match(x, '(?:19|[2-9]\d)\d{6}\s?\d{4}(?:\d{2})?') THEN minute_of_digits(x)
         WHEN clock_text(x) = '' THEN CAST(day_value(x) AS TIMESTAMP)
         ELSE day_value(x) + clock_value(clock_text(x))
    END;
CREATE MACRO has_clock(x) AS
    CASE WHEN is_plain_minute(x) THEN true
         WHEN is_plain_day(x) OR is_digit_day(x) THEN false
         ELSE clock_text(x) <> '' OR regexp_full_match(x, '\d{8}\s?\d{4}(?:\d{2})?')
    END;
