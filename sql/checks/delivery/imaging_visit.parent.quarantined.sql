-- An exam that was refused and has rows hanging on it.
-- The rows are held back with it: one finding on the refused row, which says how many, not one on each of them.
SELECT parent.row_id, CAST(NULL AS VARCHAR) AS column_name, CAST(count(*) AS VARCHAR) AS value
FROM quarantined.imaging_visit AS parent
INNER JOIN quarantined.with_parent AS held ON held.root_row_id = parent.row_id AND held.row_id <> parent.row_id
GROUP BY parent.row_id
