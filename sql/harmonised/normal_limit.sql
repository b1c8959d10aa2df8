-- harmonised.normal_limit: the limits of normal that a laboratory grade is counted from; one row a test and sex.
--
-- Source: the extract contract delivers no reference ranges, so one set stands for every hospital. Choices: all of
-- these numbers are ours (adult ranges as printed in clinical laboratories; haemoglobin as the WHO's anaemia limits
-- of 13 and 12 g/dL, WHO/NMH/NHD/MNM/11.1), to be replaced when hospitals deliver their own. They are limits of
-- normal in the standard unit of the test; a value on a limit is normal. Each test has the one limit that its CTCAE
-- term looks at.
SELECT
    test_code,
    sex,
    lower_limit::DECIMAL(18, 6) AS lower_limit,
    upper_limit::DECIMAL(18, 6) AS upper_limit,
    unit_std,
    term
FROM (
    VALUES
        ('PLT', 'M', 150, NULL, '10^3/uL', 'Platelet count decreased'),
        ('PLT', 'F', 150, NULL, '10^3/uL', 'Platelet count decreased'),
        ('ANC', 'M', 2.0, NULL, '10^3/uL', 'Neutrophil count decreased'),
        ('ANC', 'F', 2.0, NULL, '10^3/uL', 'Neutrophil count decreased'),
        ('HB', 'M', 13.0, NULL, 'g/dL', 'Anemia'),
        ('HB', 'F', 12.0, NULL, 'g/dL', 'Anemia'),
        ('AST', 'M', NULL, 40, 'U/L', 'Aspartate aminotransferase increased'),
        ('AST', 'F', NULL, 40, 'U/L', 'Aspartate aminotransferase increased'),
        ('ALT', 'M', NULL, 40, 'U/L', 'Alanine aminotransferase increased'),
        ('ALT', 'F', NULL, 40, 'U/L', 'Alanine aminotransferase increased'),
        ('BILI_T', 'M', NULL, 1.2, 'mg/dL', 'Blood bilirubin increased'),
        ('BILI_T', 'F', NULL, 1.2, 'mg/dL', 'Blood bilirubin increased'),
        ('CREAT', 'M', NULL, 1.3, 'mg/dL', 'Creatinine increased'),
        ('CREAT', 'F', NULL, 1.1, 'mg/dL', 'Creatinine increased')
) AS list (test_code, sex, lower_limit, upper_limit, unit_std, term)
