"""Which addresses only this machine can reach, and the rule that nothing else is listened on without authentication."""

from __future__ import annotations

import ipaddress


def is_loopback(listen: str) -> bool:
    """Whether only this machine can reach the address, host:port or a socket's path."""
    if listen.startswith(("unix:", "unix-abstract:")):
        return True
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_auth(auth: str, listen: str) -> None:
    """Raises ValueError, with a sentence for who starts the process, where everybody could call without being known."""
    if auth == "off" and not is_loopback(listen):
        raise ValueError(
            f"REELWRIGHT_AUTH: off is for loopback only and REELWRIGHT_LISTEN is {listen}; set keys or jwt"
        )
