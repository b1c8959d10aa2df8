"""`haic backup` and `haic restore`.

Belongs here: the commands' words. Does not belong here: what is copied (haicplatform/operations/backup.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing


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
