"""`haic accounts`: who may log in to the review application.

Belongs here: the commands, and how a password is asked for. Does not belong here: what a password must be, the lock,
sessions (accounts/).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.queries import local_person
from haicplatform.cli.shared import Json, console, existing, show
from haicplatform.core.errors import UsageError

accounts_app = typer.Typer(no_args_is_help=True, help="Who may log in to the review application.")
Name = Annotated[str, typer.Argument(help="The account.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="File of mode 600 with the password in its first line; - reads it from standard input."),
]
Role = Annotated[str, typer.Option(help="administrator, data_manager, coordinator or reader")]
Sites = Annotated[list[str] | None, typer.Option("--site", help="A hospital of a coordinator; may be repeated.")]


@accounts_app.command("add")
def accounts_add(
    context: typer.Context, name: Name, role: Role, site: Sites = None, password_file: PasswordFile = None
) -> None:
    """Make an account; the password is asked for on the terminal, never taken from the command line."""
    from haicplatform.ledger.accounts import store
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger:
        store.checked_sites(ledger, role, site or [])
        store.add(ledger, local_person().name, name, role, site or [], _password(password_file))
    console.print(f"{name} may log in as {role}{' of ' + ', '.join(site) if site else ''}.")


@accounts_app.command("list")
def accounts_list(context: typer.Context, as_json: Json = False) -> None:
    """The accounts: their role, hospitals, and whether they can log in."""
    from haicplatform.ledger.accounts.store import listed, state_of
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger:
        rows = [
            {"account": account.name, "role": account.role, "hospitals": ", ".join(account.sites),
             "state": state_of(account), "made (UTC)": account.created_at.isoformat(sep=" ", timespec="minutes")}
            for account in listed(ledger)
        ]  # fmt: skip
    show(rows, as_json)


@accounts_app.command("role")
def accounts_role(context: typer.Context, name: Name, role: Role, site: Sites = None) -> None:
    """Give an account another role or other hospitals; whoever is logged in with it has to log in again."""
    from haicplatform.ledger.accounts import store
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger:
        store.set_role(ledger, local_person().name, name, role, site or [])
    console.print(f"{name} is a {role} now.")


@accounts_app.command("disable")
def accounts_disable(context: typer.Context, name: Name) -> None:
    """Let nobody log in with the account any more; whoever is logged in with it is sent away."""
    _change(context, name, "disable", "cannot log in any more")


@accounts_app.command("enable")
def accounts_enable(context: typer.Context, name: Name) -> None:
    """Let an account that was disabled log in again."""
    _change(context, name, "enable", "may log in again")


@accounts_app.command("unlock")
def accounts_unlock(context: typer.Context, name: Name) -> None:
    """Open the lock that wrong passwords closed."""
    _change(context, name, "unlock", "is not locked any more")


@accounts_app.command("password")
def accounts_password(context: typer.Context, name: Name, password_file: PasswordFile = None) -> None:
    """Give an account another password; whoever is logged in with it is sent away."""
    from haicplatform.ledger.accounts import store
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger:
        store.set_password(ledger, local_person().name, name, _password(password_file))
    console.print(f"{name} has a new password.")


def _change(context: typer.Context, name: str, action: str, said: str) -> None:
    from haicplatform.ledger.accounts import store
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger:
        getattr(store, action)(ledger, local_person().name, name)
    console.print(f"{name} {said}.")


def _password(path: Path | None) -> str:
    if path is None:
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if str(path) == "-":
        return sys.stdin.readline().rstrip("\r\n")
    try:
        mode, lines = path.stat().st_mode & 0o077, path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"The password's file {path} cannot be read", expected="a file with the password in its first line"
        ) from None
    if mode:
        raise UsageError(
            f"The password's file {path} can be read by others", expected="mode 600", todo=f"run `chmod 600 {path}`"
        )
    return lines[0] if lines else ""
