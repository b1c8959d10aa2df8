"""`haic digest`: the night's text for each hospital, written and, if asked, sent.

Belongs here: the command. Does not belong here: what a digest says (digest.py), the mail server (mail.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing
from haicplatform.core.errors import EXIT_FAILED, UsageError


def digest(
    context: typer.Context,
    is_to_send: Annotated[
        bool, typer.Option("--send", help="Send them too, by the mail server of the settings.")
    ] = False,
) -> None:
    """Write today's digest for each hospital and the centre: new, closed and late queries, and what to do."""
    from haicplatform.operations import mail
    from haicplatform.operations.digest import write_digests

    home = existing(context.obj)
    if is_to_send and not mail.is_configured():
        raise UsageError("No mail server is set", todo="set HAIC_SMTP_HOST and HAIC_SMTP_FROM, or leave out --send")
    made = write_digests(home)
    became = mail.send(home, made) if is_to_send else {}
    for each in made:
        console.print(f"{each.path}{'  ' + became[each.name] if became else ''}", soft_wrap=True)
    if any(word not in ("sent", "no recipients") for word in became.values()):
        raise typer.Exit(EXIT_FAILED)
