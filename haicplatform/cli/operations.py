"""`haic backup`, `haic restore` and `haic digest`.

Belongs here: the commands' words. Does not belong here: what is copied, what a digest says, the mail server
(haicplatform/operations).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing
from haicplatform.core.errors import EXIT_FAILED, UsageError


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier backup of this home.")],
    key_to: Annotated[Path | None, typer.Option("--key-to", help="Also copy the identity key, somewhere else.")] = None,
) -> None:
    """Copy what cannot be rebuilt, while the platform runs: ledger, landing, site and study files; not the key."""
    from haicplatform.operations.backup import back_up

    done = back_up(existing(context.obj), folder, key_to)
    console.print(f"{folder}: {done.files:,} files, {done.size / 1e6:,.1f} MB, {done.copied:,} of them copied now")
    if key_to is None:
        console.print(f"The identity key is not in it. Keep a copy of {context.obj.key_file} apart (--key-to).")


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The backup.")],
) -> None:
    """Put a backup into a new home folder, after holding every file of it against its list."""
    from haicplatform.operations.backup import restore as put_back

    done = put_back(context.obj, folder)
    console.print(f"Restored {done.files:,} files into {context.obj.root}.")
    console.print(
        f"Now put the identity key to {context.obj.key_file} (mode 600), then run `haic harmonise` and the studies."
    )


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
