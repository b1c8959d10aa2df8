"""A mail server on this machine that keeps what it is sent, for tests: plain or TLS, with or without a log-in.

Belongs here: as much of SMTP as the standard library's client speaks. Does not belong here: any expectation.
"""

from __future__ import annotations

import base64
import socketserver
import ssl
import subprocess
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from tests.conftest import need


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server, recipients = self.server, []
        if server.is_tls:
            self._secure()
        self._say("220 test")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            word = line.split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                offers = ["SMTPUTF8", "8BITMIME", "AUTH PLAIN"]
                offers += ["STARTTLS"] if server.context and not server.is_tls else []
                self._say("\r\n".join([*(f"250-{offer}" for offer in ["test", *offers[:-1]]), f"250 {offers[-1]}"]))
            elif word == "STARTTLS":
                self._say("220 go")
                self._secure()
            elif word == "AUTH":
                given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]
                self._say("235 welcome" if given == list(server.login) else "535 wrong")
            elif word == "RCPT":
                is_known = not any(name in line for name in server.unknown)
                recipients += [line.partition("<")[2].partition(">")[0]] if is_known else []
                self._say("250 ok" if is_known else "550 unknown")
            elif word == "DATA":
                self._say("354 go on")
                lines = []
                while (part := self.rfile.readline()).rstrip() != b".":
                    lines.append(part[1:] if part.startswith(b"..") else part)
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                server.received.append((tuple(recipients), message, isinstance(self.connection, ssl.SSLSocket)))
                recipients = []
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _secure(self) -> None:
        self.connection = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup_files()

    def setup_files(self) -> None:
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def mail_server(*, context=None, is_tls=False, login=("", ""), unknown=()):
    """(port, received): received grows by (recipients, message, whether it came encrypted)."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.context, server.is_tls, server.login, server.unknown, server.received = (
            context,
            is_tls,
            login,
            unknown,
            [],
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], server.received
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's side of TLS for 127.0.0.1, and the certificate that a client has to trust."""
    need("openssl", "openssl")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(cert), "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
