"""`haic links`: pairs of patients at two hospitals who may be one person, and a person's decision about them.

Belongs here: the commands and how a pair reads on a terminal. Does not belong here: what is legal (links.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from haicplatform.cli.queries import local_person
from haicplatform.cli.shared import Json, console, existing, show

if TYPE_CHECKING:
    from haicplatform.warehouse.linkage import Link

links_app = typer.Typer(no_args_is_help=True, help="Patients of two hospitals who may be one person.")
PairId = Annotated[str, typer.Argument(help="The pair, as `haic links list` names it.")]
Note = Annotated[str, typer.Option(help="What the decision rests on; kept for ever.")]


@links_app.command("list")
def links_list(
    context: typer.Context,
    decision: Annotated[str | None, typer.Option(help="undecided, confirmed or rejected; none: all")] = None,
    as_json: Json = False,
) -> None:
    """Pairs with the same date of birth, sex, first HAIC date and height and no shared link key; who decided what."""
    from haicplatform.warehouse.linkage import listed

    found = listed(existing(context.obj), local_person(), decision)
    if as_json or not found:
        show([_row(link) for link in found], as_json)
    for link in [] if as_json else found:
        console.print(_lines(link), soft_wrap=True, markup=False, highlight=False)


@links_app.command("confirm")
def links_confirm(context: typer.Context, pair: PairId, note: Note) -> None:
    """The two are one person; counts from the next `haic harmonise` on."""
    _decide(context, pair, "confirmed", note)


@links_app.command("reject")
def links_reject(context: typer.Context, pair: PairId, note: Note) -> None:
    """The two are different persons; they are asked about no more."""
    _decide(context, pair, "rejected", note)


def _decide(context: typer.Context, pair: str, decision: str, note: str) -> None:
    from haicplatform.warehouse.linkage import decide

    decide(existing(context.obj), local_person(), pair, decision, note)
    console.print(f"{pair}: {decision}. It counts from the next `haic harmonise` on.")


def _lines(link: Link) -> str:
    """A pair as it fits a narrow terminal; the patients as other commands take them."""
    one, other = (f"{site}:{patient}" for site, patient in link.pair.patients)
    lines = [f"{link.pair.pair_id}  {one}  {other}"]
    if link.is_candidate:
        lines.append(f"same date of birth, {link.sex}, {link.height_cm} cm, first HAIC {link.first_haic_date}")
    said = "undecided"
    if link.decision:
        said = f"{link.decision} by {link.decided_by}, {link.decided_at:%Y-%m-%d %H:%M} UTC: {link.reason}"
    return "\n    ".join([*lines, said])


def _row(link: Link) -> dict:
    return {
        "pair": link.pair.pair_id, "site": link.pair.site_id, "patient": link.pair.patient_id,
        "other_site": link.pair.other_site_id, "other_patient": link.pair.other_patient_id, "sex": link.sex,
        "height_cm": link.height_cm, "first_haic": link.first_haic_date, "decision": link.decision or "undecided",
        "by": link.decided_by, "at (UTC)": link.decided_at and f"{link.decided_at:%Y-%m-%d %H:%M}",
        "reason": link.reason,
    }  # fmt: skip
