"""Named rules that are checked elsewhere: across rows and tables, of a file, of a delivery, of derived values.

Belongs here: id, severity, category, effect and words of each; the checks themselves are sql/checks/<id>.sql,
the reader (file.*), the gates (delivery.*) and sql/harmonised. Does not belong here: a condition.
An id is never reused.
"""

from __future__ import annotations

NamedRule = tuple[str, str, str, str, str, str]
"""(id, severity, category, effect, English, Korean)"""

# A rule keeps its key and effect on one line, its words on the next.
# fmt: off
ACROSS_TABLES: tuple[NamedRule, ...] = (
    (
        "treatment_course.haic_before_diagnosis", "warning", "plausibility", "keep",
        "The course starts on {value} (column {column}), before the diagnosis of hepatocellular carcinoma.",
        "{column} 열의 치료 시작일 {value}이(가) 간암 진단일보다 빠릅니다.",
    ),
    (
        "treatment_course.overlap", "warning", "plausibility", "keep",
        "The course starting on {value} (column {column}) overlaps another systemic course of the same patient.",
        "{column} 열의 시작일 {value}인 치료가 같은 환자의 다른 전신치료와 겹칩니다.",
    ),
    (
        "administration.dose_off_plan", "warning", "plausibility", "keep",
        "The dose {value} in column {column} differs from the plan for the body surface by more than 10 %.",
        "{column} 열의 용량 {value}이(가) 체표면적에 따른 계획과 10 % 넘게 다릅니다.",
    ),
    (
        "administration.fu_outside_days_1_3", "warning", "plausibility", "keep",
        "5-FU was given on {value} (column {column}), which is not day 1 to 3 of its cycle.",
        "{column} 열의 5-FU 투여일 {value}은(는) 해당 주기의 1-3일이 아닙니다.",
    ),
    (
        "administration.outside_course", "warning", "plausibility", "keep",
        "The dose was given on {value} (column {column}), outside the dates of its course.",
        "{column} 열의 투여일 {value}이(가) 해당 치료 차수의 기간을 벗어납니다.",
    ),
    (
        "followup_event.death_before_last_evidence", "error", "plausibility", "keep",
        "The death on {value} (column {column}) lies more than 7 days before later evidence of life of the same"
        " patient. The patient leaves the analysis until the date is clear.",
        "{column} 열의 사망일 {value} 이후 7일이 넘어 생존 기록이 있습니다. 날짜가 확인될 때까지 이 환자는 분석에서"
        " 제외됩니다.",
    ),
    (
        "followup_event.contact_after_death", "info", "plausibility", "keep",
        "The contact on {value} (column {column}) lies 1 to 7 days after the recorded death. The death is kept.",
        "{column} 열의 {value} 기록이 사망일보다 1-7일 뒤입니다. 사망일은 그대로 둡니다.",
    ),
    (
        "followup_event.deaths_disagree", "error", "plausibility", "keep",
        "The death on {value} (column {column}) is more than 7 days from another death of the same patient.",
        "{column} 열의 사망일 {value}이(가) 같은 환자의 다른 사망 기록과 7일 넘게 다릅니다.",
    ),
    (
        "followup_event.death_before_start", "error", "plausibility", "keep",
        "The death on {value} (column {column}) lies before a treatment of the same patient.",
        "{column} 열의 사망일 {value}이(가) 같은 환자의 치료 시작일보다 빠릅니다.",
    ),
    (
        "lesion_measurement.role_changes", "warning", "plausibility", "keep",
        "The lesion in column {column} is a target on one examination and something else on another.",
        "{column} 열의 병변 구분이 검사마다 다릅니다.",
    ),
    (
        "lesion_measurement.too_many_targets", "info", "plausibility", "keep",
        "The lesion with {value} in column {column} is a target beyond the number that RECIST 1.1 allows in an"
        " organ or in all. Every target of the reader is summed.",
        "{column} 열의 값 {value}인 병변은 RECIST 1.1이 정한 장기별 또는 전체 표적 병변 수를 넘습니다."
        " 판독의의 모든 표적 병변을 합산합니다.",
    ),
    (
        "response_assessment.date_off_exam", "warning", "plausibility", "keep",
        "The date of assessment {value} in column {column} is not the date of its examination.",
        "{column} 열의 평가일 {value}이(가) 해당 검사일과 다릅니다.",
    ),
)

DERIVED: tuple[NamedRule, ...] = (
    (
        "baseline_status.child_pugh_disagrees", "info", "plausibility", "keep",
        "The recorded Child-Pugh {value} in column {column} differs from the one derived from its parts."
        " Both are kept.",
        "{column} 열에 기록된 Child-Pugh {value}이(가) 구성 항목에서 계산한 값과 다릅니다. 둘 다 보관합니다.",
    ),
    (
        "baseline_status.bclc_disagrees", "info", "plausibility", "keep",
        "The recorded BCLC stage {value} in column {column} differs from the derived stage. Both are kept.",
        "{column} 열에 기록된 BCLC 병기 {value}이(가) 계산한 병기와 다릅니다. 둘 다 보관합니다.",
    ),
    (
        "baseline_status.muicc_disagrees", "info", "plausibility", "keep",
        "The recorded mUICC stage {value} in column {column} differs from the derived stage. Both are kept.",
        "{column} 열에 기록된 mUICC 병기 {value}이(가) 계산한 병기와 다릅니다. 둘 다 보관합니다.",
    ),
    (
        "treatment_course.baseline_missing", "info", "completeness", "keep",
        "No complete imaging reading lies in the window before the course starting on {value} (column {column})."
        " Its responses cannot be evaluated; please send the examination before the start if there is one.",
        "{column} 열의 치료 시작일 {value} 이전 기간에 완전한 영상 판독이 없어 반응을 평가할 수 없습니다."
        " 시작 전 검사가 있으면 보내 주십시오.",
    ),
    (
        "response_assessment.response_disagrees", "info", "plausibility", "keep",
        "The recorded response {value} in column {column} differs from the one derived from the diameters."
        " Both are kept.",
        "{column} 열에 기록된 반응 {value}이(가) 직경에서 계산한 반응과 다릅니다. 둘 다 보관합니다.",
    ),
)

ACROSS_HOSPITALS: tuple[NamedRule, ...] = (
    (
        "patient.same_person", "info", "plausibility", "keep",
        "The same person is a patient of another hospital too (same link key, or confirmed by the coordinating"
        " centre). The person is counted once.",
        "같은 사람이 다른 병원에도 있습니다(연계키가 같거나 총괄센터가 확인함). 한 사람으로 셉니다.",
    ),
    (
        "patient.same_person_candidate", "warning", "plausibility", "keep",
        "The patient may be the same person as a patient of another hospital. Please confirm or reject it.",
        "다른 병원의 환자와 같은 사람일 수 있습니다. 확인해 주십시오.",
    ),
    (
        "patient.link_rejected", "error", "plausibility", "keep",
        "The link key makes this patient one person with a patient of another hospital, but the coordinating centre"
        " judged them to be two persons. The key is followed for now; please check it.",
        "연계키로는 다른 병원 환자와 같은 사람이지만, 총괄센터에서는 다른 사람으로 판정했습니다. 우선 연계키를 따르며,"
        " 연계키를 확인해 주십시오.",
    ),
    (
        "patient.link_disagrees", "error", "plausibility", "keep",
        "The same link key belongs to patients of different sex or year of birth (column {column}).",
        "같은 연계키의 환자끼리 성별 또는 출생연도가 다릅니다({column} 열).",
    ),
    (
        "patient.link_key_shared", "error", "plausibility", "keep",
        "Two patients of this hospital have the same link key.",
        "이 병원의 두 환자가 같은 연계키를 가지고 있습니다.",
    ),
    (
        "followup_event.death_elsewhere", "error", "plausibility", "keep",
        "The death on {value} (column {column}) lies more than 7 days before a visit of the same person at"
        " another hospital.",
        "{column} 열의 사망일 {value} 이후 7일이 넘어 같은 사람이 다른 병원을 방문한 기록이 있습니다.",
    ),
)

_FILE_EN = "The file was not taken: "
_FILE_KO = "파일을 받지 못했습니다: "
FILES: tuple[NamedRule, ...] = tuple(
    (f"file.{reason}", "error", "conformance", "quarantine", _FILE_EN + en, _FILE_KO + ko)
    for reason, en, ko in (
        ("empty", "it holds no data.", "내용이 없습니다."),
        ("truncated", "it ends in the middle of a record.", "기록 중간에서 끝납니다."),
        ("encrypted", "it is protected by a password.", "암호가 걸려 있습니다."),
        ("encoding", "its text is in no encoding that was expected.", "글자 인코딩을 읽을 수 없습니다."),
        ("type", "it is not what its name says.", "파일 형식이 이름과 다릅니다."),
        (
            "header", "its header is not the one described in the site file.",
            "머리글(열 이름)이 사이트 파일과 다릅니다.",
        ),
        (
            "identifier", "it holds a resident registration number or a telephone number.",
            "주민등록번호 또는 전화번호가 들어 있습니다.",
        ),
        (
            "columns", "its columns are not those that the site file names.",
            "열이 사이트 파일에 적힌 것과 다릅니다.",
        ),
        ("unreadable_rows", "some of its lines cannot be read.", "읽을 수 없는 행이 있습니다."),
        ("missing", "a file that the site file names did not arrive.", "사이트 파일에 있는 파일이 오지 않았습니다."),
        ("too_short", "it has fewer lines than it says.", "행 수가 표시된 것보다 적습니다."),
        ("unreadable", "it cannot be opened.", "열 수 없습니다."),
        ("unknown", "no table of the site file reads it.", "사이트 파일의 어느 표에도 해당하지 않습니다."),
    )
) + (
    (
        "file.row", "error", "conformance", "quarantine",
        "A line of the file cannot be read and was left out; the other lines were taken.",
        "파일에 읽을 수 없는 행이 있어 그 행만 빼고 나머지 행을 받았습니다.",
    ),
)

DELIVERIES: tuple[NamedRule, ...] = (
    (
        "delivery.overdue", "warning", "completeness", "keep",
        "No extract has arrived for longer than agreed (expected: {expected}).",
        "약속된 기간이 지나도록 추출 파일이 오지 않았습니다(기준: {expected}).",
    ),
    (
        "delivery.volume", "error", "completeness", "quarantine",
        "The table has {value} rows, far fewer than in the last accepted delivery (expected: {expected}).",
        "이 표의 행 수가 {value}개로 지난번에 받은 것보다 크게 적습니다(기준: {expected}).",
    ),
    (
        "delivery.required_rows", "error", "completeness", "quarantine",
        "The delivery has no row of a table that must have one.",
        "반드시 있어야 하는 표에 행이 하나도 없습니다.",
    ),
    (
        "delivery.quarantined", "error", "conformance", "quarantine",
        "{value} % of the rows were set aside (expected: {expected}). The delivery as a whole was refused.",
        "행의 {value} %가 보류되었습니다(기준: {expected}). 이번 자료 전체를 받지 않았습니다.",
    ),
    (
        "delivery.never", "error", "conformance", "quarantine",
        "The delivery has findings of a rule that this hospital's gate never accepts ({value}).",
        "이 병원의 기준이 허용하지 않는 오류({value})가 있어 이번 자료 전체를 받지 않았습니다.",
    ),
    (
        "delivery.extract_age", "warning", "completeness", "keep",
        "The extract was {value} days old when it arrived (expected: {expected}): it may be an old file sent"
        " again.",
        "추출한 지 {value}일이 지난 자료가 도착했습니다(기준: {expected}). 예전 파일을 다시 보내신 것일 수 있습니다.",
    ),
    (
        "delivery.newest_event", "warning", "completeness", "keep",
        "Nothing newer has come for {value} days of extracts (expected: {expected}): the newest date in the data"
        " stays the same. Newer records may be missing.",
        "추출일 기준 {value}일 동안 새 기록이 없습니다(기준: {expected}). 자료의 가장 최근 날짜가 그대로이니"
        " 최근 기록이 빠지지 않았는지 확인해 주십시오.",
    ),
    (
        "delivery.missing_share", "warning", "completeness", "keep",
        "{value} of the cells in column {column} are empty, more than in the last accepted delivery (expected:"
        " {expected} points).",
        "{column} 열의 빈칸 비율이 {value}(으)로, 지난번에 받은 자료보다 늘었습니다(기준: {expected}%p).",
    ),
    (
        "delivery.distribution", "warning", "plausibility", "keep",
        "The values in column {column} are distributed otherwise than in the last accepted delivery ({value},"
        " expected: {expected}): a unit or a column may have changed. PSI is the population stability index.",
        "{column} 열의 값 분포가 지난번에 받은 자료와 다릅니다({value}, 기준: {expected}). 단위나 열이"
        " 바뀌지 않았는지 확인해 주십시오. PSI는 모집단 안정성 지수입니다.",
    ),
    (
        "delivery.code_share", "warning", "plausibility", "keep",
        "The codes in column {column} are not as frequent as in the last accepted delivery ({value}, expected:"
        " {expected}): the coding may have changed. PSI is the population stability index.",
        "{column} 열의 코드별 빈도가 지난번에 받은 자료와 다릅니다({value}, 기준: {expected}). 코드 체계가"
        " 바뀌지 않았는지 확인해 주십시오. PSI는 모집단 안정성 지수입니다.",
    ),
    (
        "delivery.code_vanished", "warning", "completeness", "keep",
        "A code of column {column} does not occur any more ({value}, expected: {expected}).",
        "{column} 열에서 전에 있던 코드가 더 이상 나오지 않습니다({value}, 기준: {expected}).",
    ),
    (
        "delivery.ratio", "warning", "completeness", "keep",
        "The table has {value} rows for each row of the table it belongs to, otherwise than in the last accepted"
        " delivery (expected: {expected}).",
        "이 표의 행 수가 상위 표 한 행당 {value}개로, 지난번에 받은 자료와 다릅니다(기준: {expected}).",
    ),
    (
        "delivery.reference_count", "warning", "completeness", "keep",
        "The table has {value} rows, fewer than the hospital says it has (expected: {expected}).",
        "이 표의 행 수가 {value}개로, 병원에서 알려 주신 수보다 적습니다(기준: {expected}).",
    ),
    (
        "delivery.same_time", "warning", "conformance", "keep",
        "Deliveries of the same extract time waited in the inbox together (files last changed: {expected}). The one"
        " whose files were changed last, of equal times the one whose name comes last, is taken as the correction and"
        " prevails: {value}. If another one is right, it must come again as a new extract: the very same files sent"
        " once more change nothing.",
        "추출 시각이 같은 자료가 수신함에 함께 있었습니다(파일 수정 시각: {expected}). 파일이 가장 나중에 수정된"
        " 자료를, 수정 시각도 같으면 이름이 뒤인 자료를 정정본으로 보고 우선합니다: {value}. 다른 자료가 맞다면"
        " 새로 추출해 보내 주셔야 합니다. 같은 파일을 그대로 다시 보내면 아무것도 바뀌지 않습니다.",
    ),
    (
        "delivery.not_run", "warning", "conformance", "keep",
        "A check of the whole delivery could not run ({value}). It has not passed.",
        "자료 전체에 대한 점검({value})을 실행하지 못했습니다. 통과한 것이 아닙니다.",
    ),
)

DELIVERY_TODO = (
    "Please look at the export: if it is wrong, mend it and send it again; if it is right, answer why.",
    "추출 작업을 확인해 주십시오. 잘못되었으면 고쳐서 다시 보내 주시고, 맞다면 이유를 답변해 주십시오.",
)

IDENTITY: tuple[NamedRule, ...] = (
    (
        "patient.identifier_in_text", "error", "conformance", "empty",
        "Column {column} holds a resident registration number or a telephone number. It was masked before anything"
        " was stored.",
        "{column} 열에 주민등록번호 또는 전화번호가 있습니다. 저장하기 전에 가렸습니다.",
    ),
)

NAMED_RULES: tuple[NamedRule, ...] = (
    *ACROSS_TABLES, *DERIVED, *ACROSS_HOSPITALS, *FILES, *DELIVERIES, *IDENTITY,
)
