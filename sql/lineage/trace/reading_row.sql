-- reading_row: the rows of an exam's reading by the first of them, which is what ADRS and ADTTE name.
SELECT
    row_ids[1] AS srcrow,
    any_value(list_distinct(row_ids || coalesce(new_lesion_row_ids, []))) AS row_ids
FROM study.visit_response
WHERE len(row_ids) > 0
GROUP BY row_ids[1]
