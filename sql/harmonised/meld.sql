-- harmonised.meld: MELD before every systemic or HAIC course; one row a course.
--
-- Source: the original UNOS form of Kamath et al., Hepatology 2001;33:464-470: 3.78 ln(bilirubin) + 11.2 ln(INR)
-- + 9.57 ln(creatinine) + 6.43, mg/dL, each at least 1, creatinine at most 4, rounded half up. Dialysis is not known
-- to the contract.
SELECT
    usubjid,
    course_no,
    ref_date,
    floor(
        3.78 * ln(greatest(bili_mg_dl, 1))
        + 11.2 * ln(greatest(inr, 1))
        + 9.57 * ln(least(greatest(creat_mg_dl, 1), 4))
        + 6.43 + 0.5
    )::INTEGER AS meld,
    [bili_row_id, inr_row_id, creat_row_id] AS row_ids
FROM harmonised.course_liver
WHERE bili_mg_dl IS NOT NULL AND inr IS NOT NULL AND creat_mg_dl IS NOT NULL
