"""The laboratory tests of the contract: standard unit, plausibility bands, whether a result needs its unit.

Belongs here: one row a test. Does not belong here: conversions between units (units.py) and the cut points
of clinical scores (sql/harmonised). Bands are inclusive and in the standard unit. Bands of the contract are
as written there; those of PT_SEC, ANC, ALP, CRP and HBV_DNA, on which it is silent, are our declared choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Band = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class LabTest:
    """One test. `unit` is the standard unit, None for a test without one (INR, qualitative tests)."""

    code: str
    en: str
    ko: str
    unit: str | None
    hard: Band | None
    soft: Band | None
    quantitative: bool = True

    @property
    def needs_unit(self) -> bool:
        """Whether a result must come with its unit: a quantitative test that has one."""
        return self.quantitative and self.unit is not None


def _band(low: str, high: str) -> Band:
    return Decimal(low), Decimal(high)


def _test(code: str, en: str, ko: str, unit: str | None, hard: Band, soft: Band | None = None) -> LabTest:
    return LabTest(code, en, ko, unit, hard, soft)


_TESTS = (
    _test("AFP", "Alpha-fetoprotein", "알파태아단백", "ng/mL", _band("0", "100000000")),
    _test("PIVKA", "PIVKA-II (des-gamma-carboxy prothrombin)", "PIVKA-II", "mAU/mL", _band("0", "100000000")),
    _test("BILI_T", "Total bilirubin", "총빌리루빈", "mg/dL", _band("0.05", "80"), _band("0.1", "50")),
    _test("ALB", "Albumin", "알부민", "g/dL", _band("0.8", "7"), _band("1.5", "6")),
    _test("INR", "Prothrombin time, INR", "프로트롬빈시간(INR)", None, _band("0.5", "15"), _band("0.7", "8")),
    _test("PT_SEC", "Prothrombin time, seconds", "프로트롬빈시간(초)", "s", _band("5", "300"), _band("8", "120")),
    _test("PT_PCT", "Prothrombin activity, percent", "프로트롬빈시간(%)", "%", _band("1", "200")),
    _test("CREAT", "Creatinine", "크레아티닌", "mg/dL", _band("0.1", "25"), _band("0.2", "15")),
    _test("NA", "Sodium", "나트륨", "mmol/L", _band("90", "190"), _band("110", "165")),
    _test("PLT", "Platelets", "혈소판", "10^3/uL", _band("1", "3000"), _band("5", "1000")),
    _test("WBC", "White blood cells", "백혈구", "10^3/uL", _band("0.05", "500"), _band("0.5", "100")),
    _test("ANC", "Absolute neutrophil count", "절대호중구수", "10^3/uL", _band("0", "450"), _band("0.1", "90")),
    _test("HB", "Haemoglobin", "혈색소", "g/dL", _band("2", "25"), _band("4", "20")),
    _test("AST", "Aspartate aminotransferase", "AST", "U/L", _band("1", "30000"), _band("5", "5000")),
    _test("ALT", "Alanine aminotransferase", "ALT", "U/L", _band("1", "30000"), _band("5", "5000")),
    _test("ALP", "Alkaline phosphatase", "알칼리인산분해효소", "U/L", _band("1", "10000"), _band("10", "3000")),
    _test("CRP", "C-reactive protein", "C반응단백", "mg/L", _band("0", "1000"), _band("0", "500")),
    LabTest("HBSAG", "Hepatitis B surface antigen", "B형간염 표면항원", None, None, None, quantitative=False),
    _test("HBV_DNA", "HBV DNA", "HBV DNA", "IU/mL", _band("0", "100000000000")),
    LabTest("HCV_AB", "Hepatitis C antibody", "C형간염 항체", None, None, None, quantitative=False),
)

LAB_TESTS: dict[str, LabTest] = {test.code: test for test in _TESTS}
TEST_CODE = tuple(LAB_TESTS)
QUANTITATIVE = tuple(code for code, test in LAB_TESTS.items() if test.quantitative)
NEEDS_UNIT = tuple(code for code, test in LAB_TESTS.items() if test.needs_unit)
