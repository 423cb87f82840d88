"""The first key of a suite of this machine, which key a command sends, and how it goes with every call."""

from __future__ import annotations

import contextlib
import os
import secrets
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import psutil

from reelwright_cli.settings import ClientSettings
from reelwright_cli.suite.trouble import Trouble

ADMIN_KEY_FILE = "admin.key"
PORT_FILE = "run/port"
"""Where a suite says which port it serves."""
PREFIX = "rw_"
RANDOM_CHARACTERS = 43
"""Of 62: 256 bits."""
PRINTABLE = frozenset(string.ascii_letters + string.digits + string.punctuation)


def first_key(data: Path) -> str:
    """The secret in `data`/admin.key, made the first time; raises Trouble when others can read it or it is none."""
    path = data / ADMIN_KEY_FILE
    with contextlib.suppress(FileExistsError):
        _write_new(path, PREFIX + _random())
    if path.stat().st_mode & 0o077:
        raise Trouble(f"Others may have read {path}. Remove it, and revoke its key when the suite runs with a new one.")
    return _checked(path.read_text().strip(), str(path))


def _random() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(RANDOM_CHARACTERS))


def _write_new(path: Path, secret: str) -> None:
    """Whole or not at all; raises FileExistsError when there is one."""
    if path.exists():
        raise FileExistsError(path)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    beside.rename(path)


def key_for(settings: ClientSettings) -> str:
    """The key to send: the one of REELWRIGHT_API_KEY, else that of the suite of this machine, else none."""
    if settings.api_key:
        return _checked(settings.api_key.strip(), "REELWRIGHT_API_KEY")
    # Another address may lead anywhere, even one of loopback, and another program may have the port.
    if settings.address or not _is_of(Path(settings.data_dir).expanduser(), settings.port):
        return ""
    with contextlib.suppress(OSError):
        return (Path(settings.data_dir).expanduser() / ADMIN_KEY_FILE).read_text().strip()
    return ""


def _is_of(data: Path, port: int) -> bool:
    """Whether the suite that keeps its things in `data` runs, on `port`."""
    try:
        served = int((data / PORT_FILE).read_text())
        return served == port and psutil.pid_exists(int((data / "lock").read_text()))
    except (OSError, ValueError):
        return False


def _checked(key: str, where: str) -> str:
    if not key or not PRINTABLE.issuperset(key):
        raise Trouble(f"{where} holds no key: one looks like {PREFIX}...")
    return key


def bearing(key: str) -> list[grpc.aio.ClientInterceptor]:
    """What sends `key` with every call; none for an empty one.

    Not gRPC's own credentials, which want TLS. One object for each kind of call, because a channel takes each for one.
    """
    return [_WithAnswer(key), _WithStream(key)] if key else []


class _Bearer:
    def __init__(self, key: str) -> None:
        self._key = key

    def _signed(self, call: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
        metadata = grpc.aio.Metadata(*(call.metadata or ()), ("authorization", f"Bearer {self._key}"))
        return grpc.aio.ClientCallDetails(call.method, call.timeout, metadata, call.credentials, call.wait_for_ready)


class _WithAnswer(_Bearer, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        return await continuation(self._signed(client_call_details), request)


class _WithStream(_Bearer, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        return await continuation(self._signed(client_call_details), request)
