"""Sending the night's digests by the hospital's own mail server.

Belongs here: the connection, its safety, one message a digest, and what became of it. Does not belong here: what a
digest says (digest.py). Nothing is sent unless a server is set; a failure is recorded and stops nothing.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.settings import Settings
from haicplatform.ledger.store import Ledger

if TYPE_CHECKING:
    from haicplatform.core.settings import Home
    from haicplatform.operations.digest import Digest

SECONDS = 30
TLS = ("starttls", "tls", "none")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_configured() -> bool:
    """Whether the settings name a mail server."""
    return bool(Settings().smtp_host)


def send(home: Home, digests: list[Digest]) -> dict[str, str]:
    """Send each digest that has recipients; digest -> what became of it: `sent`, `no recipients`, or why not.

    A server that cannot be reached, or settings that do not fit, are the answer for every digest; never an exception.
    The ledger's runs keep it.
    """
    became = {each.name: "no recipients" for each in digests}
    wanted = [each for each in digests if each.recipients]
    with Ledger(home) as ledger, ledger.run("mail", f"{len(wanted)} digests") as outcome:
        if wanted:
            try:
                with _server(Settings()) as (server, sender):
                    for each in wanted:
                        became[each.name] = _send(server, sender, each)
            except (HaicError, OSError, smtplib.SMTPException) as error:
                for each in wanted:
                    if became[each.name] == "no recipients":
                        became[each.name] = _why(error)
        sent = sum(word == "sent" for word in became.values())
        failed = {name: word for name, word in became.items() if word not in ("sent", "no recipients")}
        outcome.append(f"{sent} sent, {len(failed)} not" + (f": {next(iter(failed.values()))}" if failed else ""))
    return became


@contextmanager
def _server(settings: Settings) -> Iterator[tuple[smtplib.SMTP, str]]:
    host, port = settings.smtp_host, settings.smtp_port
    if not host:
        raise UsageError("No mail server is set", todo="set HAIC_SMTP_HOST (and the other HAIC_SMTP_ settings)")
    if not settings.smtp_from:
        raise UsageError("No sender is set for mail", todo="set HAIC_SMTP_FROM to the platform's address")
    if settings.smtp_tls not in TLS or not (port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(
            "The mail server's settings cannot be used",
            found="HAIC_SMTP_TLS" if settings.smtp_tls not in TLS else "HAIC_SMTP_PORT",
            expected=f"one of {', '.join(TLS)}; a port number",
        )
    password = settings.smtp_password_text()
    if settings.smtp_tls == "none" and password and host not in LOOPBACK:
        raise UsageError("A password is not sent without TLS", todo="set HAIC_SMTP_TLS to starttls or tls")
    context = ssl.create_default_context(cafile=settings.smtp_ca_file and str(settings.smtp_ca_file))
    server: smtplib.SMTP
    if settings.smtp_tls == "tls":
        server = smtplib.SMTP_SSL(host, int(port), timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, int(port), timeout=SECONDS)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, password or "")
        yield server, settings.smtp_from


def _send(server: smtplib.SMTP, sender: str, digest: Digest) -> str:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(digest.recipients), digest.subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2] or None)
    message.set_content(digest.text)
    try:
        refused = server.send_message(message)
    except smtplib.SMTPRecipientsRefused:
        return "every recipient was refused"
    except smtplib.SMTPResponseException as error:
        return _why(error)
    return f"{len(refused)} of {len(digest.recipients)} recipients were refused" if refused else "sent"


def _why(error: Exception) -> str:
    """What went wrong in a few words; a server's own text may repeat a user name and is not kept."""
    if isinstance(error, HaicError):
        return str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__
