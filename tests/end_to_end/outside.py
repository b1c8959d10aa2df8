"""Listening for outside requests: run a program under strace, and list every address it tried that is not this machine.

Belongs here: the listener. Does not belong here: what is run.
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
from pathlib import Path

INET = re.compile(r'sa_family=AF_INET6?,.*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
FAMILY = re.compile(r"sa_family=(AF_\w+)")


def run_listening(command: list[str], log: Path, **arguments) -> subprocess.CompletedProcess:
    """Run `command` and all it starts under strace, connections written to `log`."""
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-e", "signal=none", "-o", str(log)]
    return subprocess.run([*strace, *command], capture_output=True, text=True, **arguments)


def outside_addresses(log: Path) -> list[str]:
    """Addresses in the log that are neither loopback nor a local socket."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if "connect(" in line]
    return sorted({address for line in lines if (address := _outside(line))})


def _outside(line: str) -> str | None:
    family = FAMILY.search(line)
    if family and family[1] in ("AF_UNIX", "AF_NETLINK", "AF_UNSPEC"):
        return None
    found = INET.search(line)
    if not found:
        return f"not understood: {line[-120:]}"
    address = found[1] or found[2]
    return None if ipaddress.ip_address(address).is_loopback else address
