"""The database: a pool of connections, the schema's migrations, and waiting for it to come back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from typing import Any, TypeVar

import psycopg
from dbos import DBOS
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from reelwright_kit import logs

Connection = psycopg.AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]
Result = TypeVar("Result")

log = logs.logger(__name__)

MIGRATION_LOCK = 0x7265656C
"""Advisory lock that lets one process migrate while the others wait."""

LOST = (psycopg.OperationalError, PoolTimeout, psycopg.errors.IdleInTransactionSessionTimeout)
"""What a database that is away raises."""


@contextlib.asynccontextmanager
async def connect(url: str, size: int) -> AsyncIterator[Pool]:
    """A pool of at most `size` connections in autocommit mode with rows as dictionaries."""
    pool: Pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=5.0,
        open=False,
        connection_class=psycopg.AsyncConnection[DictRow],
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "connect_timeout": 3,
            # A process that stands still in a transaction would hold its peers up for as long.
            "options": "-c idle_in_transaction_session_timeout=10000",
        },
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


async def connect_alone(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection of its own, for LISTEN or locks; either side notices within seconds that the other has vanished."""
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=3, keepalives_idle=5, keepalives_interval=2, keepalives_count=3
    )
    try:
        for setting, seconds in (("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2")):
            await connection.execute("select set_config(%s, %s, false)", (setting, seconds))
    except BaseException:
        # A process that is told to stop just now leaves no connection behind.
        await connection.close()
        raise
    return connection


async def answers(pool: Pool) -> bool:
    """Whether the database answers within two seconds."""
    try:
        async with pool.connection(timeout=2.0) as connection:
            await connection.execute("select 1")
    except LOST:
        return False
    return True


async def outlasting(call: Callable[[], Awaitable[Result]]) -> Result:
    """Repeats `call` until the database is there, for work that must not fail because of an outage."""
    delay_s = 0.1
    while True:
        try:
            return await call()
        except LOST as error:
            log.warning("database_unreachable", error=type(error).__name__, cause=str(error), retry_in_s=delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 2.0)


async def migrate(url: str) -> None:
    """Brings the schema up to date, that of the durable workflows too; safe to call from many processes at once."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=3) as connection:
        await _lock(connection)
        # Before anything else runs in this process: it builds indexes concurrently, which waits for every open
        # transaction, also for one of a task whose event loop it holds up.
        await asyncio.to_thread(DBOS.migrate, url)
        await connection.execute("create schema if not exists reelwright")
        await connection.execute(
            "create table if not exists reelwright.migrations (name text primary key, time timestamptz default now())"
        )
        done = {row[0] for row in await (await connection.execute("select name from reelwright.migrations")).fetchall()}
        for name, statements in _migrations():
            if name not in done:
                await _apply(connection, name, statements)


async def _lock(connection: psycopg.AsyncConnection[Any]) -> None:
    """Takes the migration lock. Asked for again and again: a statement that waits would be a transaction that waits."""
    while True:
        row = await (await connection.execute("select pg_try_advisory_lock(%s)", (MIGRATION_LOCK,))).fetchone()
        if row and row[0]:
            return
        await asyncio.sleep(0.05)


async def _apply(connection: psycopg.AsyncConnection[Any], name: str, statements: bytes) -> None:
    async with connection.transaction():
        await connection.execute(statements)
        await connection.execute("insert into reelwright.migrations (name) values (%s)", (name,))


def _migrations() -> list[tuple[str, bytes]]:
    files = resources.files("reelwright_kit").joinpath("migrations").iterdir()
    return [(f.name, f.read_bytes()) for f in sorted(files, key=lambda f: f.name) if f.name.endswith(".sql")]
