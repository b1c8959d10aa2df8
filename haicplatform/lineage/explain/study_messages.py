"""The sentences about a patient's place in a study: membership, counted responses, endpoints.

Belongs here: which sentence one fact row of a study gets. Does not belong here: what happened to the patient apart
from any study (messages.py), the sentences in each language (report/catalogue/explanation.yaml).
"""

from __future__ import annotations

from haicplatform.lineage.explain.messages import Row, Sentences

_BEFORE = " BEFORE "


def membership(say: Sentences, row: Row) -> tuple[str, list[str]]:
    """Whether the person is in the study and what decided it."""
    if row["is_included"]:
        what = say("included", group=say.named(row, row["exposure_group"]))
    elif row["exclusion_reason"] == "NO_GROUP":
        what = say("excluded", reason=say("no_group"))
    else:
        what = say("excluded", reason=say.named(row, row["exclusion_reason"]))
    if row["index_date"] is None:
        return what, [say("no_index")]
    regimen = say.code(row["regimen"])
    why = [say("index", number=row["course_no"], regimen=regimen, site=row["site_id"], cutoff=row["cutoff"])]
    why += [_earlier(say, one) for one in row["earlier"] or []] or [say("no_earlier")]
    why += [say("beside", regimens=", ".join(map(say.code, row["overlap"])))] if row["overlap"] else []
    if row["reader_id"]:
        said = {"read": row["n_read"], "exams": row["n_exam"], "definition": row["definition"]}
        why.append(say("reader", reader=row["reader_id"], **said))
    return what, why


def _earlier(say: Sentences, one: Row) -> str:
    dose, progressed = one["last_dose_date"], one["pd_date"]
    return say(
        "earlier",
        regimen=say.code(one["regimen"]),
        course=one["course_no"],
        dose=say("last_dose", day=dose) if dose else say("no_dose"),
        progression=say("earlier_pd", day=progressed) if progressed else say("earlier_no_pd"),
    )


def assessment(say: Sentences, row: Row, rule: Row) -> list[str]:
    """What a counted response is worth for the best response, where that is not itself."""
    found = [text for text in (_confirmation(say, row, rule),) if text]
    if row["worth"] != row["response"]:
        found.append(say("worth", days=rule["sd_min_days"], worth=row["worth"]))
    if row["known_later_date"]:
        found.append(say("pd_after_cutoff", day=row["known_later_date"]))
    return found


def _confirmation(say: Sentences, row: Row, rule: Row) -> str | None:
    """Why a CR or PR is confirmed or not."""
    days, confirming = rule["confirm_days"], row["confirming_date"]
    match row["confirmation"]:
        case None:
            return None
        case "CONFIRMED":
            return say("confirmed", day=confirming, days=days)
        case "NO_LATER_RESPONSE":
            why = say(f"no_later_{row['response']}", days=days)
        case "TOO_MANY_NE":
            why = say("too_many_ne", number=rule["max_ne"], day=confirming)
        case "PR_AFTER_CR":
            why = say("pr_after_cr", day=confirming)
        case broken:
            said = {"response": broken.removeprefix("BROKEN_BY_"), "day": row["broken_date"]}
            why = say("broken_before", **said, next=confirming) if confirming else say("broken", **said)
    return say("unconfirmed", why=why, worth=row["confirmed_worth"])


def best(say: Sentences, row: Row) -> str:
    """The best response, unconfirmed (BOR) or confirmed (CBOR)."""
    response = say.code("MISSING") if row["response"] == "MISSING" else row["response"]
    return say(row["paramcd"], response=response)


def endpoint(say: Sentences, row: Row) -> str:
    """A time to event with its reason, or why a person of the study has none."""
    name = say.named(row, row["paramcd"])
    if row["aval_days"] is None:
        needed = row["start_source"] if row["start_source"] != "index" else row["among_source"] or "index"
        return say("endpoint_none", name=name, why=say(f"needs.{needed}"))
    key = "endpoint_event" if row["is_event"] else "endpoint_censored"
    return say(key, name=name, days=row["aval_days"], months=f"{row['months']:g}", reason=_reason(say, row["reason"]))


def _reason(say: Sentences, reason: str) -> str:
    """The words of evntdesc: one reason, or one before another."""
    first, _, after = reason.partition(_BEFORE)
    text = say(f"reason.{first}")
    return say("before", reason=text, next=say(f"reason.{after}")) if after else text
