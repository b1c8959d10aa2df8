"""`haic review`: the data managers' web application on this machine.

Belongs here: the command. Does not belong here: the application (review/), accounts (commands/accounts.py).
"""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing
from haicplatform.core.errors import UsageError


def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8090,
    host: Annotated[str, typer.Option(help="The address to listen on; this machine only unless you say so.")] = (
        "127.0.0.1"
    ),
) -> None:
    """Open the review application: findings, queries, patients and reports in a browser, for those with an account."""
    import uvicorn

    from haicplatform.core.settings import Settings
    from haicplatform.ledger.accounts.store import listed
    from haicplatform.ledger.store import Ledger

    home, settings = existing(context.obj), Settings()
    with Ledger(home) as ledger:
        if not listed(ledger):
            raise UsageError(
                "Nobody can log in yet", todo="run `haic accounts add NAME --role administrator` once, then this again"
            )
    _check_free(host, port)
    from haicplatform.review.server.process import leave_out_pandas, write_log

    leave_out_pandas()
    from haicplatform.review.server.app import build
    from haicplatform.review.server.guard import LOOPBACK, Rules

    write_log(home.logs / "review.log")
    names = LOOPBACK | {host} | {name.strip() for name in settings.review_hosts.split(",") if name.strip()}
    app = build(home, Rules(frozenset(names - {"0.0.0.0", "::"}), settings.review_https))
    console.print(f"Open http://{host}:{port} in a browser  (stop with Ctrl-C)")
    uvicorn.run(
        app, host=host, port=port, log_level="warning", log_config=None, server_header=False,
        proxy_headers=settings.review_https,  # of a proxy on this machine alone, which says whose address it is
        ws_max_size=1_000_000,
        timeout_graceful_shutdown=3,
    )  # fmt: skip


def _check_free(host: str, port: int) -> None:
    """Raises UsageError where nobody can listen on that address, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        raise UsageError(
            f"Nothing can listen on {host}:{port}",
            found=error.strerror or type(error).__name__,
            todo="choose another --port, or stop what uses this one",
        ) from None
