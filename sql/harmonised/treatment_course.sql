-- harmonised.treatment_course: a person's courses over all hospitals, restarts merged (see source_course).
--
-- start_date: first dose of HAIC, recorded start of the others. last_dose_date: the last of recorded ends and
-- administrations; null where none is known. stop_reason is that of the part that ended last. is_open: the last part
-- is ongoing without an end. has_response: a systemic or HAIC course. site_id is the hospital where the course began;
-- site_ids are all of them.
SELECT
    usubjid,
    course_no,
    any_value(regimen) AS regimen,
    any_value(kind) AS kind,
    any_value(has_response) AS has_response,
    min(start_date) AS start_date,
    min(recorded_start_date) AS recorded_start_date,
    max(last_dose_date) AS last_dose_date,
    CASE WHEN bool_or(is_open) THEN NULL ELSE max(end_date) END AS end_date,
    bool_or(is_open) AS is_open,
    arg_max(stop_reason, (is_open, coalesce(last_dose_date, start_date), row_id)) AS stop_reason,
    arg_min(site_id, (start_date, row_id)) AS site_id,
    list_sort(list(DISTINCT site_id)) AS site_ids,
    count(*)::INTEGER AS n_parts,
    list_transform(
        list_sort(list(struct_pack(start_date := start_date, row_id := row_id))), lambda part: part.row_id
    ) AS row_ids,
    course_id
FROM harmonised.source_course
GROUP BY course_id, usubjid, course_no
