"""The words Korean hospitals use for the contract's columns and codes, on which their modules draw. SYNTHETIC."""

from __future__ import annotations

_YES_NO = {"Y": "예", "N": "아니오"}
_PRESENT = {"Y": "유", "N": "무"}
_COURSE = {"patient_id": "환자번호", "course_no": "치료차수"}
_EXAM = {"patient_id": "환자번호", "exam_no": "검사번호"}

HEADERS: dict[str, dict[str, str]] = {
    "patient": {
        "patient_id": "환자번호", "link_key": "연계키", "sex": "성별", "birth_year": "출생연도",
        "birth_date": "생년월일", "etiology": "간질환원인", "height_cm": "키(cm)",
    },
    "diagnosis": {
        "patient_id": "환자번호", "hcc_dx_date": "간암진단일", "dx_basis": "진단근거", "cirrhosis": "간경변",
        "icd10": "상병코드",
    },
    "baseline_status": {
        "patient_id": "환자번호", "assess_date": "평가일", "ecog": "전신수행도", "ascites": "복수",
        "encephalopathy": "간성뇌증", "weight_kg": "체중(kg)", "bclc_recorded": "BCLC병기",
        "child_pugh": "Child-Pugh", "lt_candidate": "간이식후보",
    },
    "tumour_baseline": {
        "patient_id": "환자번호", "img_date": "영상일", "n_nodules": "종양수", "max_diam_mm": "최대직경(cm)",
        "infiltrative": "침윤형", "vp": "문맥침범", "vv": "간정맥침범", "bile_duct": "담관침범", "ehs": "간외전이",
        "nodal": "림프절전이", "ehs_sites": "전이부위", "liver_involvement_pct": "간점유율(%)",
    },
    "treatment_course": {
        **_COURSE, "regimen": "치료명", "start_date": "시작일", "end_date": "종료일", "stop_reason": "중단사유",
    },
    "administration": {
        **_COURSE, "cycle_no": "주기", "admin_date": "투여일", "drug": "약제", "dose": "용량(mg)",
        "planned_dose": "계획용량(mg)", "route": "투여경로", "bsa_m2": "체표면적", "weight_kg": "체중(kg)",
        "interrupted": "중단여부", "interruption_reason": "중단이유",
    },
    "lab": {
        "patient_id": "환자번호", "collect_datetime": "검사일시", "test_code": "검사명", "value_raw": "결과",
        "unit": "단위",
    },
    "imaging_visit": {**_EXAM, "exam_date": "검사일", "modality": "장비", "phase_complete": "동맥기"},
    "lesion_measurement": {
        **_EXAM, "reader_id": "판독의", "lesion_id": "병변번호", "course_no": "치료차수", "role": "병변구분",
        "organ": "부위", "status": "평가상태", "viable_mm": "생존직경(mm)", "total_mm": "전체직경(mm)",
        "short_axis_mm": "단경(mm)", "nontarget_status": "비표적평가", "aphe": "조영증강", "washout": "씻김",
    },
    "response_assessment": {
        **_EXAM, "reader_id": "판독의", "criterion": "기준", "course_no": "치료차수", "assess_date": "판독일",
        "overall": "종합반응", "target_resp": "표적반응", "new_lesion": "신병변",
    },
    "followup_event": {
        "patient_id": "환자번호", "event_type": "구분", "event_date": "일자", "source": "출처", "cause": "사인",
    },
    "adverse_event": {
        "patient_id": "환자번호", "term": "이상반응명", "start_date": "발생일", "grade": "등급",
        "end_date": "종료일", "related": "관련성", "action": "조치",
    },
}  # fmt: skip

_RESPONSES = {"CR": "완전관해", "PR": "부분관해", "SD": "안정", "PD": "진행", "NE": "평가불가"}

WORDS: dict[str, dict[str, dict[str, str]]] = {
    "patient": {
        "sex": {"M": "남", "F": "여"},
        "etiology": {
            "HBV": "B형간염", "HCV": "C형간염", "HBV_HCV": "B+C형간염", "ALCOHOL": "알코올", "MASLD": "대사이상",
            "OTHER": "기타", "UNKNOWN": "미상",
        },
    },
    "diagnosis": {
        "dx_basis": {"IMAGING": "영상", "PATHOLOGY": "조직", "BOTH": "영상+조직"},
        "cirrhosis": _PRESENT,
    },
    "baseline_status": {
        "ecog": {str(score): f"PS {score}" for score in range(5)},
        "ascites": {"NONE": "없음", "MILD": "소량", "MODERATE": "중등도", "SEVERE": "다량"},
        "encephalopathy": {"NONE": "없음", "G1": "1도", "G2": "2도", "G3": "3도", "G4": "4도"},
        "bclc_recorded": {stage: f"BCLC-{stage}" for stage in "0ABCD"},
        "lt_candidate": _YES_NO,
    },
    "tumour_baseline": {
        "n_nodules": {"99": "다발성"},
        "infiltrative": _YES_NO,
        "vp": {str(level): f"Vp{level}" for level in range(5)},
        "vv": {str(level): f"Vv{level}" for level in range(4)},
        "bile_duct": {str(level): f"B{level}" for level in range(5)},
        "ehs": _PRESENT,
        "nodal": _PRESENT,
    },
    "treatment_course": {
        "regimen": {
            "HAIC_FP": "간동맥주입항암", "ATE_BEVA": "아바스틴/티쎈트릭", "TACE": "경동맥화학색전술",
            "RT": "방사선치료", "RFA": "고주파열치료", "RESECTION": "간절제술", "TRANSPLANT": "간이식",
            "LENVATINIB": "렌비마", "SORAFENIB": "넥사바", "REGORAFENIB": "스티바가", "CABOZANTINIB": "카보메틱스",
            "RAMUCIRUMAB": "사이람자", "NIVO_IPI": "옵디보/여보이", "OTHER_SYS": "기타항암", "OTHER": "기타",
        },
        "stop_reason": {
            "PD": "진행", "TOXICITY": "독성", "DEATH": "사망", "REFUSAL": "거부", "COMPLETED": "완료",
            "TRANSFER": "전원", "ONGOING": "진행중", "UNKNOWN": "미상",
        },
    },
    "administration": {
        "drug": {
            "5FU": "5-FU", "CISPLATIN": "시스플라틴", "ATEZOLIZUMAB": "티쎈트릭", "BEVACIZUMAB": "아바스틴",
            "OTHER": "기타",
        },
        "route": {"IA": "동맥", "IV": "정맥"},
    },
    "lab": {
        "test_code": {
            "BILI_T": "총빌리루빈", "ALB": "알부민", "INR": "PT(INR)", "CREAT": "크레아티닌", "NA": "나트륨",
            "PLT": "혈소판", "WBC": "백혈구", "HB": "혈색소", "AST": "AST", "ALT": "ALT", "AFP": "AFP",
            "PIVKA": "PIVKA-II",
        },
    },
    "imaging_visit": {"phase_complete": _YES_NO},
    "lesion_measurement": {
        "reader_id": {"R1": "판독의1", "R2": "판독의2", "ADJ": "조정판독"},
        "role": {"TARGET": "표적", "NONTARGET": "비표적", "NEW": "신병변"},
        "organ": {
            "LIVER": "간", "PV": "문맥", "HV": "간정맥", "BD": "담관", "NODE_PORTA": "간문부림프절",
            "NODE_OTHER": "기타림프절", "LUNG": "폐", "BONE": "뼈", "ADRENAL": "부신", "PERITONEUM": "복막",
            "EFFUSION": "흉수", "OTHER": "기타",
        },
        "status": {"EVALUABLE": "평가가능", "NE": "평가불가", "ABSENT": "소실"},
        "nontarget_status": {"CR": "소실", "IRSD": "잔존", "PD": "진행", "NE": "평가불가"},
        "aphe": _PRESENT,
        "washout": _PRESENT,
    },
    "response_assessment": {
        "reader_id": {"R1": "판독의1", "R2": "판독의2", "ADJ": "조정판독"},
        "criterion": {"MRECIST": "mRECIST", "RECIST11": "RECIST 1.1"},
        "overall": _RESPONSES,
        "target_resp": _RESPONSES,
        "new_lesion": _PRESENT,
    },
    "followup_event": {
        "event_type": {
            "LAST_CONTACT": "최종추적", "DEATH": "사망", "LOST": "추적소실", "TRANSFER": "전원",
            "CLIN_PROGRESSION": "임상진행",
        },
        "source": {"EMR": "의무기록", "MOIS_DEATH_REGISTRY": "사망등록", "PHONE": "전화", "OTHER": "기타"},
        "cause": {"hepatocellular carcinoma": "간세포암"},
    },
    "adverse_event": {
        "related": {**_YES_NO, "UNKNOWN": "미상"},
        "action": {"NONE": "없음", "INTERRUPTED": "중단", "REDUCED": "감량", "STOPPED": "중지"},
    },
}  # fmt: skip
