-- new_lesion: every lesion of one person that a reader called new on a course, accepted or not; one row a course,
-- series (site, patient number, reader) and lesion.
--
-- criterion, detected_date and met_date are harmonised.new_lesion; without them the lesion is no progression.
-- is_earlier: it was there when the course began. sightings: what was seen of it, in order.
WITH seen AS (
    SELECT
        course_no,
        site_id,
        patient_id,
        reader_id,
        lesion_id,
        series_no,
        any_value(organ) AS organ,
        min(exam_date) AS first_seen_date,
        list(
            struct_pack(
                exam_date := exam_date, size_mm := size_mm, aphe := aphe, washout := washout, cytology := cytology
            )
            ORDER BY exam_date, exam_no
        ) AS sightings,
        list(row_id ORDER BY exam_date, row_id) AS row_ids
    FROM harmonised.course_reading
    WHERE usubjid = getvariable('person') AND is_after_start AND role = 'NEW' AND is_seen
    GROUP BY course_no, site_id, patient_id, reader_id, lesion_id, series_no
)

SELECT
    s.course_no,
    s.site_id,
    s.patient_id,
    s.reader_id,
    s.lesion_id,
    s.organ,
    n.criterion,
    n.detected_date,
    n.met_date,
    s.first_seen_date,
    b.lesion_id IS NOT NULL AS is_earlier,
    s.sightings,
    s.row_ids
FROM seen AS s
LEFT JOIN harmonised.new_lesion AS n
    ON n.usubjid = getvariable('person') AND s.course_no = n.course_no AND s.site_id = n.site_id
    AND s.patient_id = n.patient_id AND s.reader_id = n.reader_id AND s.lesion_id = n.lesion_id
LEFT JOIN harmonised.baseline_lesion AS b ON s.series_no = b.series_no AND s.lesion_id = b.lesion_id
ORDER BY s.course_no, s.reader_id, s.first_seen_date, s.lesion_id
