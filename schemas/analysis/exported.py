"""How a column of an analysis relation is called outside: its CDISC name, its label, how its codes are written.

Belongs here: that metadata, and the limits of SAS transport files version 5 on it. Does not belong here: writing files
(haicplatform/release/datasets.py), what a relation must look like.
"""

from __future__ import annotations

from typing import Any

# SAS transport version 5 (TS-140): characters of a name and of a label, bytes of a text.
NAME_LENGTH, LABEL_LENGTH, TEXT_BYTES = 8, 40, 200


def exported(name: str, label: str, **more: Any) -> dict[str, Any]:
    """Metadata of a pandera field: the variable's name (CDISC ADaM or SDTM where one exists) and label.

    more: `false` is what stands for a boolean that is false (N; in an analysis flag of ADaM it is empty);
    `params` is {code: words} of a PARAMCD, or "endpoints" where the study file has the words: they become PARAM.
    Raises ValueError for a name or label that a SAS transport file version 5 cannot hold.
    """
    if not (name.isascii() and name.isidentifier() and name.isupper() and len(name) <= NAME_LENGTH):
        raise ValueError(f"no name for SAS version 5: {name}")
    if not (label.isascii() and 0 < len(label) <= LABEL_LENGTH):
        raise ValueError(f"no label for SAS version 5: {label}")
    return {"export": {"name": name, "label": label} | more}


STUDYID = exported("STUDYID", "Study Identifier")
USUBJID = exported("USUBJID", "Unique Subject Identifier")
SITEID = exported("SITEID", "Study Site Identifier")
ADT = exported("ADT", "Analysis Date")
ADY = exported("ADY", "Analysis Day (Days after Index Date)")
SRCDOM = exported("SRCDOM", "Source Data")
SRCROW = exported("SRCROW", "Source Row")
