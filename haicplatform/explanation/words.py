"""The sentences of a patient's story.

Belongs here: wording of one fact row, nothing decided. Does not belong here: reading rows (facts.py), their order
(tell.py). Numbers come from the rows; thresholds from the row of harmonised.definition.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

ORGANS = {
    "LIVER": "liver", "PV": "portal vein", "HV": "hepatic vein", "BD": "bile duct", "NODE_PORTA": "porta hepatis node",
    "NODE_OTHER": "lymph node", "LUNG": "lung", "BONE": "bone", "ADRENAL": "adrenal", "PERITONEUM": "peritoneum",
    "EFFUSION": "effusion or ascites", "OTHER": "other site",
}  # fmt: skip
CRITERIA = {
    "TYPICAL": "10 mm or more with arterial enhancement and washout",
    "GROWTH": "10 mm or more after growing by 10 mm or more",
    "ENHANCING_THROMBUS": "an enhancing thrombus",
    "CYTOLOGY": "positive cytology",
    "NODE_PORTA": "a node at the porta hepatis with a short axis of 20 mm or more",
    "NODE_OTHER": "a node with a short axis of 10 mm or more",
    "EXTRAHEPATIC": "a lesion outside the liver",
}
NONTARGETS = {
    "CR": "CR: none enhances any more",
    "IRSD": "IR/SD: at least one still enhances",
    "PD": "PD: unequivocal progression",
    "NE": "NE: not all were assessed",
}
LINKED = {
    "LINK_KEY": "linked by the same link key",
    "CONFIRMED": "a data manager confirmed that it is the same person",
}
BASELINES = {
    "STALE": "the baseline is older than the window of the definition, the last within the fallback",
    "NONE": "no usable baseline exam of this reader at this hospital, so no response can be derived",
}
CRITERION = {"MRECIST": "mRECIST", "RECIST11": "RECIST 1.1, which is another criterion"}
STOPS = {
    "PD": "for progression", "TOXICITY": "for toxicity", "DEATH": "by death", "REFUSAL": "by refusal",
    "COMPLETED": "as planned", "TRANSFER": "by transfer", "UNKNOWN": "for an unknown reason",
}  # fmt: skip


def number(value: Any) -> str:
    return "?" if value is None else f"{float(value):g}"


def percent(value: Any) -> str:
    return "" if value is None else f"{float(value):+.1f} %".replace("-", "−")


def sizes(lesions: list[Row] | None) -> str:
    return ", ".join(
        f"{one['lesion_id']} {'not measurable' if one['measure_mm'] is None else number(one['measure_mm'])}"
        for one in lesions or []
    )


def course(row: Row) -> str:
    text = f"start of {row['regimen']} at {' and '.join(row['site_ids'])}"
    if row["is_open"]:
        return f"{text}, ongoing"
    if row["last_dose_date"]:
        text += f", last dose {row['last_dose_date']}"
    return f"{text}, ended {STOPS[row['stop_reason']]}" if row["stop_reason"] in STOPS else text


def of_course(row: Row) -> list[str]:
    found = []
    if row["n_parts"] > 1:
        found.append(f"made of {row['n_parts']} recorded courses: a short break, or the same course at two hospitals")
    if row["recorded_start_date"] != row["start_date"]:
        found.append(f"begins with the first dose; the hospital recorded {row['recorded_start_date']}")
    if row["bclc_derived"] or row["bclc_recorded"]:
        derived, recorded = row["bclc_derived"] or "not derivable", row["bclc_recorded"] or "nothing"
        found.append(f"BCLC {derived} from the values before it, the hospital recorded {recorded}")
    if row["child_pugh_score"] is not None:
        found.append(f"Child-Pugh {row['child_pugh_class']}{row['child_pugh_score']}")
    return found


def baseline(row: Row) -> str:
    when = "on the day of the start" if row["days_before"] == 0 else f"{row['days_before']} days before the start"
    exam = f"exam {row['exam_no']} at {row['site_id']}, reader {row['reader_id']}"
    others = f"{row['n_nontarget'] or 'no'} non-target lesion{'s' if row['n_nontarget'] > 1 else ''}"
    sum_mm = f"sum {number(row['baseline_sum_mm'])} mm ({sizes(row['lesions'])})"
    return f"baseline, {when} ({exam}): {sum_mm if row['n_target'] else 'no target lesion'}, {others}"


def visit(row: Row) -> str:
    place = f"day {row['day']}, exam {row['exam_no']} at {row['site_id']}, reader {row['reader_id']}"
    recorded = " and ".join(_recorded(one) for one in row["recorded"] or [])
    text = f"{row['overall_response'] or 'no derived response'} ({place})"
    return f"{text}; the hospital recorded {recorded}" if recorded else text


def _recorded(one: Row) -> str:
    """A hospital's own reading beside the derived one; by which criterion, where that is another one."""
    said = "the same" if one["agreement"] == "MATCH" else one["response"]
    return f"{said} by {CRITERION[one['criterion']]}" if one["is_across_criteria"] else said


def later_visits(rows: list[Row]) -> str:
    """Exams after the progression of a course is known."""
    exams = f"{len(rows)} later exam{'s' if len(rows) > 1 else ''}"
    return f"{exams} of {rows[0]['reader_id']}, until {rows[-1]['exam_date']}, after the progression of this course"


def definition(rule: Row) -> str:
    """The definition of response in words."""
    since = "from its first detection" if rule["backdate"] else "from the scan on which it met the criteria"
    text = f"{rule['definition']}: PR is {_pr(rule)} from the baseline, PD {_pd(rule)} from the smallest sum"
    return f"{text}; a new lesion counts {since}"


def override(row: Row, described: dict[str, str]) -> str:
    """A threshold that the study replaces."""
    name = row["threshold"]
    instead = f"instead of {row['theirs']} ({row['of_definition']})"
    return f"the study sets {name} ({described.get(name, name)}) to {row['own']} {instead}"


def of_visit(row: Row, rule: Row) -> list[str]:
    """Why an exam has its response: targets, non-targets, how the two combine."""
    if row["overall_response"] is None:
        return ["this reader measured no lesion on this exam"]
    found = [BASELINES[row["baseline_status"]]] if row["baseline_status"] in BASELINES else []
    if row["baseline_status"] == "NONE":
        return found
    if row["n_target"]:
        found.append(_target(row, rule))
    elif row["nontarget_response"] is None:
        found.append("neither a target nor a non-target lesion at the baseline")
    if row["nontarget_response"] is not None:
        found.append(f"non-targets {NONTARGETS[row['nontarget_response']]}")
    if row["target_response"] == "CR" and row["overall_without_new"] == "PR":
        found.append("targets gone but non-targets not: PR")
    return found


def _target(row: Row, rule: Row) -> str:
    """The sum beside the baseline and the smallest sum so far, with the threshold that each is held against."""
    if row["measured_sum_mm"] is None:
        return "targets NE: none of them could be measured"
    known = "sum" if row["sum_mm"] is not None else "what was measured adds up to"
    text = f"targets {row['target_response'] or 'none enhancing'}: {known} {number(row['measured_sum_mm'])} mm"
    text += f" ({sizes(row['lesions'])}); "
    fallen = f"{_change(row, 'baseline')} from the baseline of {number(row['baseline_sum_mm'])} mm"
    grown = f"{_change(row, 'nadir')} from the smallest sum so far, {number(row['nadir_mm'])} mm"
    match row["target_response"]:
        case "PD" if row["nadir_mm"] == 0:
            size = f"{number(rule['pd_abs_mm'])} mm or more" if rule["pd_abs_mm"] else "any size"
            return f"{text}enhancing again after a sum of 0 mm: PD at {size}"
        case "PD":
            return f"{text}{grown}: PD is {_pd(rule)}"
        case "PR":
            return f"{text}{fallen}: PR is {_pr(rule)}"
        case "CR":
            return f"{text}no target enhances, target nodes are under 10 mm"
        case "NE":
            return f"{text}a target could not be measured, and {grown} is no PD"
        case None:
            return f"{text}none enhanced at the baseline"
    return f"{text}{fallen} (PR is {_pr(rule)}), {grown} (PD is {_pd(rule)})"


def _change(row: Row, of: str) -> str:
    before = row["baseline_sum_mm"] if of == "baseline" else row["nadir_mm"]
    difference = f"{float(row['measured_sum_mm'] - before):+g} mm".replace("-", "−")
    return percent(row[f"{of}_change_pct"]) or difference


def _pr(rule: Row) -> str:
    return f"a fall of {_least(rule['pr_pct'], rule['pr_inclusive'])}"


def _pd(rule: Row) -> str:
    text = f"a rise of {_least(rule['pd_pct'], rule['pd_inclusive'])}"
    return f"{text} and of {number(rule['pd_abs_mm'])} mm or more" if rule["pd_abs_mm"] else text


def _least(value: Any, inclusive: bool) -> str:
    return f"{number(value)} % or more" if inclusive else f"more than {number(value)} %"


def new_lesion(row: Row) -> str:
    """A lesion that counts as progression, and since when."""
    text = f"new lesion {row['lesion_id']} ({ORGANS[row['organ']]}): {CRITERIA[row['criterion']]}"
    seen = "; ".join(_sighting(one) for one in row["sightings"] if one["exam_date"] <= row["met_date"])
    if row["met_date"] == row["detected_date"]:
        return f"{text}, on {row['met_date']} ({seen})"
    return f"{text} on {row['met_date']}, first seen on {row['detected_date']} ({seen})"


def unaccepted(row: Row) -> str:
    """A lesion that a reader called new and that is no progression."""
    name = f"lesion {row['lesion_id']} ({ORGANS[row['organ']]}), called new by {row['reader_id']}, is no progression"
    seen = "; ".join(_sighting(one) for one in row["sightings"])
    why = "it was there when the course began" if row["is_earlier"] else "it never met the criteria"
    return f"{name}: {why} ({seen})"


def _sighting(one: Row) -> str:
    parts = [str(one["exam_date"])]
    parts += [f"{number(one['size_mm'])} mm"] if one["size_mm"] is not None else []
    parts += ["typical"] if one["aphe"] == "Y" and one["washout"] == "Y" else []
    parts += [f"cytology {one['cytology']}"] if one["cytology"] else []
    return " ".join(parts)


def assessment(row: Row, rule: Row) -> list[str]:
    """What a counted response is worth for the best response, where that is not itself."""
    found = [text for text in (confirmation(row, rule),) if text]
    if row["worth"] != row["response"]:
        found.append(f"before day {rule['sd_min_days']}: counts as {row['worth']}")
    if row["known_later_date"]:
        found.append(f"PD by a new lesion that was known only on {row['known_later_date']}, after the cut-off")
    return found


def confirmation(row: Row, rule: Row) -> str | None:
    """Why a CR or PR is confirmed or not."""
    days, response = rule["confirm_days"], row["response"]
    match row["confirmation"]:
        case None:
            return None
        case "CONFIRMED":
            return f"confirmed by the response of {row['confirming_date']}, {days} days or more later"
        case "NO_LATER_RESPONSE":
            text = f"not confirmed: no {'CR' if response == 'CR' else 'CR or PR'} {days} days or more later"
        case "TOO_MANY_NE":
            text = f"not confirmed: more than {rule['max_ne']} NE before the response of {row['confirming_date']}"
        case "PR_AFTER_CR":
            text = f"not confirmed: a PR follows a CR before {row['confirming_date']}"
        case broken:
            between = broken.removeprefix("BROKEN_BY_")
            text = f"not confirmed: {between} on {row['broken_date']} breaks it"
            text += f" before the next response, of {row['confirming_date']}" if row["confirming_date"] else ""
    return f"{text}; counts as {row['confirmed_worth']} for the confirmed best response"


def death(row: Row) -> tuple[str, list[str]]:
    if row["is_resolved"]:
        why = [f"only the {row['date_precision']} was recorded"] if row["date_precision"] != "day" else []
        if (row["days_evidence_after"] or 0) > 0:
            why.append(f"a later sign of life, {row['days_evidence_after']} days after, is within the tolerance")
        return f"died, as recorded by {row['source']} at {row['site_id']}", why
    why = [f"{row['unresolved_reason']}; last sign of life {row['last_evidence_date']}"]
    why.append(f"possible from {row['earliest_date']} to {row['latest_date'] or 'any later day'}")
    return "died, on a date that cannot be resolved", why


def membership(row: Row) -> tuple[str, list[str]]:
    if row["index_date"] is None:
        return f"not in the study: {row['exclusion_reason']}", []
    why = [f"index: {row['regimen']}, course {row['course_no']}, at {row['site_id']}; data until {row['cutoff']}"]
    why.append(f"systemic therapy before it: {', '.join(row['prior_systemic'] or []) or 'none'}")
    why += [f"going on beside it: {', '.join(row['overlap'])}"] if row["overlap"] else []
    if row["reader_id"]:
        counted = f"{row['reader_id']}, who read {row['n_read']} of {row['n_exam']} exams"
        why.append(f"the reader whose responses count: {counted}; responses by {row['definition']}")
    if row["is_included"]:
        return f"in the study, group {row['exposure_group']}", why
    return f"not in the study: {row['exclusion_reason']}", why


def endpoint(row: Row) -> str:
    kind = "event" if row["is_event"] else "censored"
    return f"{row['paramcd']}: {row['aval_days']} days ({row['months']:g} months), {kind}: {row['reason'].lower()}"
