-- Numbers as hospitals write them: 1,234.5 · >60500 · <0.8 · 1234.5 ng/ml H · 1.2e5. Exact decimals, never a double.
-- Refused (NULL): 12.3.4, 5.0 ~ 6.0, 5x4 cm, 약 5cm, and every rest behind the number that is no unit (the caller
-- compares it with the declared units). A cell is NFKC and trimmed, the decimal sign is a point.

-- A cell of a hospital whose decimal sign is the comma.
CREATE MACRO decimal_point(x) AS replace(replace(replace(x, ',', '|'), '.', ','), '|', '.');

CREATE MACRO is_plain_number(x) AS regexp_full_match(x, '[+-]?\d{1,15}(\.\d{1,9})?');

-- '<', '>' or '=' ; <= and >= are kept as the side they are on.
CREATE MACRO number_op(x) AS
    CASE WHEN is_plain_number(x) THEN '='
         ELSE CASE left(x, 1) WHEN '<' THEN '<' WHEN '≤' THEN '<' WHEN '>' THEN '>' WHEN '≥' THEN '>' ELSE '=' END
    END;

-- The number's digits without thousands separators, '' where the cell does not begin with a number.
CREATE MACRO number_digits(x) AS
    CASE WHEN is_plain_number(x) THEN x
         ELSE replace(regexp_extract(x,
            '^(?:[<>]=?|[≤≥])?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)(?:[^\d.,eE].*)?$', 1),
            ',', '')
    END;

-- What stands behind the number, without a flag for high or low: a unit, or something that makes it unreadable.
CREATE MACRO number_rest(x) AS
    CASE WHEN is_plain_number(x) THEN NULL
         ELSE nullif(regexp_replace(trim(regexp_extract(x,
            '^(?:[<>]=?|[≤≥])?\s*[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?([^\d.,eE].*)?$', 1)),
            '(?:^|\s+)(?:HH|LL|H|L|▲|▼|↑|↓|\*)$', ''), '')
    END;

-- Nearly every cell is a short plain number, and 64 bits are read fifty times faster than 128.
CREATE MACRO short_number(x) AS
    CASE WHEN regexp_full_match(x, '[+-]?\d{1,12}(\.\d{1,6})?') THEN TRY_CAST(x AS DECIMAL(18, 6)) END;

-- The number of every other readable cell.
CREATE MACRO long_number(x) AS
    CASE WHEN short_number(x) IS NULL THEN TRY_CAST(nullif(number_digits(x), '') AS DECIMAL(28, 9)) END;

-- value * num / den, rounded once, half away from zero, to `scale` digits (at most 9): as a whole number of the
-- last digit. num and den are whole.
CREATE MACRO number_scaled(value, num, den, scale) AS
    CASE WHEN value < 0 THEN -1 ELSE 1 END
    * ((2 * CAST(abs(value) * CAST(1000000000 AS DECIMAL(10, 0)) AS HUGEINT) * num
        + den * CAST(10 ** (9 - scale) AS HUGEINT))
       // (2 * den * CAST(10 ** (9 - scale) AS HUGEINT)));

CREATE MACRO whole_number(x) AS
    CASE WHEN regexp_full_match(x, '[+-]?\d{1,18}') THEN TRY_CAST(x AS BIGINT)
         WHEN regexp_full_match(x, '[+-]?(\d{1,3}(,\d{3})+|\d{1,18})(\.0+)?')
         THEN TRY_CAST(regexp_replace(replace(x, ',', ''), '\.0+$', '') AS BIGINT)
    END;
