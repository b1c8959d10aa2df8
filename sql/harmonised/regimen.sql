-- harmonised.regimen: what kind of treatment each regimen of the contract is.
--
-- Kinds: HAIC (hepatic arterial infusion chemotherapy), SYSTEMIC, LOCAL (locoregional, surgery, transplantation),
-- OTHER (unknown: neither counts as systemic nor as local). Responses, Child-Pugh, ALBI and stages are derived for
-- every course of kind HAIC or SYSTEMIC (clinical-definitions 1.2a, 7).
SELECT
    regimen,
    kind,
    kind IN ('HAIC', 'SYSTEMIC') AS has_response
FROM (
    VALUES
        ('HAIC_FP', 'HAIC'),
        ('ATE_BEVA', 'SYSTEMIC'),
        ('LENVATINIB', 'SYSTEMIC'),
        ('SORAFENIB', 'SYSTEMIC'),
        ('REGORAFENIB', 'SYSTEMIC'),
        ('CABOZANTINIB', 'SYSTEMIC'),
        ('RAMUCIRUMAB', 'SYSTEMIC'),
        ('NIVO_IPI', 'SYSTEMIC'),
        ('OTHER_SYS', 'SYSTEMIC'),
        ('TACE', 'LOCAL'),
        ('RT', 'LOCAL'),
        ('RFA', 'LOCAL'),
        ('RESECTION', 'LOCAL'),
        ('TRANSPLANT', 'LOCAL'),
        ('OTHER', 'OTHER')
) AS list (regimen, kind)
