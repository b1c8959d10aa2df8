"""The controlled terms of the extract contract, each defined once.

Belongs here: tuples of codes and their Korean and English labels. Does not belong here: a hospital's own
spellings (site files) and thresholds (the models, harmonised.definition).
"""

from __future__ import annotations

FLAG = ("Y", "N")
SEX = ("M", "F")
ETIOLOGY = ("HBV", "HCV", "HBV_HCV", "ALCOHOL", "MASLD", "OTHER", "UNKNOWN")
DX_BASIS = ("IMAGING", "PATHOLOGY", "BOTH")
ECOG = ("0", "1", "2", "3", "4")
ASCITES = ("NONE", "MILD", "MODERATE", "SEVERE")
ENCEPHALOPATHY = ("NONE", "G1", "G2", "G3", "G4")
BCLC = ("0", "A", "B", "C", "D")
# class -> the least and the greatest score; sql/harmonised/child_pugh.sql, which reads no Python, is held against it
CHILD_PUGH_SCORES = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}
CHILD_PUGH_CLASS = tuple(CHILD_PUGH_SCORES)
MUICC = ("I", "II", "III", "IVA", "IVB")
VP = ("0", "1", "2", "3", "4")
VV = ("0", "1", "2", "3")
BILE_DUCT = ("0", "1", "2", "3", "4")

HAIC_REGIMENS = ("HAIC_FP",)
SYSTEMIC_REGIMENS = (
    "ATE_BEVA",
    "LENVATINIB",
    "SORAFENIB",
    "REGORAFENIB",
    "CABOZANTINIB",
    "RAMUCIRUMAB",
    "NIVO_IPI",
    "OTHER_SYS",
)
REGIMEN = (
    "HAIC_FP",
    "ATE_BEVA",
    "TACE",
    "RT",
    "RFA",
    "RESECTION",
    "TRANSPLANT",
    "LENVATINIB",
    "SORAFENIB",
    "REGORAFENIB",
    "CABOZANTINIB",
    "RAMUCIRUMAB",
    "NIVO_IPI",
    "OTHER_SYS",
    "OTHER",
)
STOP_REASON = ("PD", "TOXICITY", "DEATH", "REFUSAL", "COMPLETED", "TRANSFER", "ONGOING", "UNKNOWN")
DRUG = ("5FU", "CISPLATIN", "ATEZOLIZUMAB", "BEVACIZUMAB", "OTHER")
ROUTE = ("IA", "IV")
VALUE_OP = ("=", "<", ">")

MODALITY = ("CT", "MRI", "OTHER")
READER = ("R1", "R2", "ADJ", "LOCAL")
LESION_ROLE = ("TARGET", "NONTARGET", "NEW")
NODE_ORGANS = ("NODE_PORTA", "NODE_OTHER")
ORGAN = (
    "LIVER",
    "PV",
    "HV",
    "BD",
    "NODE_PORTA",
    "NODE_OTHER",
    "LUNG",
    "BONE",
    "ADRENAL",
    "PERITONEUM",
    "EFFUSION",
    "OTHER",
)
LESION_STATUS = ("EVALUABLE", "NE", "ABSENT")
NONTARGET_STATUS = ("CR", "IRSD", "PD", "NE")
CYTOLOGY = ("NONE", "NEG", "POS")
CRITERION = ("MRECIST", "RECIST11")
OVERALL_RESPONSE = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
TARGET_RESPONSE = ("CR", "PR", "SD", "PD", "NE")

EVENT_TYPE = ("LAST_CONTACT", "DEATH", "LOST", "TRANSFER", "CLIN_PROGRESSION")
EVENT_SOURCE = ("EMR", "MOIS_DEATH_REGISTRY", "PHONE", "OTHER")
AE_GRADE = ("1", "2", "3", "4", "5")
AE_RELATED = ("Y", "N", "UNKNOWN")
AE_ACTION = ("NONE", "INTERRUPTED", "REDUCED", "STOPPED")

DATE_PRECISION = ("day", "month", "year")
