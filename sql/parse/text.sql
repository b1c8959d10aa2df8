-- What a cell is before it has a type: taking out the part of it that matters.
-- Belongs here: text to text. Does not belong here: any hospital's spelling (site files).

-- The one group of `pattern` where the cell matches it, else the cell as it is.
CREATE MACRO cell_pick(x, pattern) AS
    CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern, 1) ELSE x END;

-- Numeric patient numbers get their leading zeros back.
CREATE MACRO cell_pad(x, digits) AS
    CASE WHEN length(x) < digits AND regexp_full_match(x, '\d+') THEN lpad(x, CAST(digits AS INTEGER), '0') ELSE x END;
