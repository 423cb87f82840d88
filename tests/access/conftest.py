"""The five services as processes that ask for keys, on one database."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import AsyncIterator, Iterator

import grpc
import pytest
import pytest_asyncio

from reelwright_kit import database
from reelwright_kit.database import Pool
from tests.access.house import ADMIN_KEY, SERVICES, House
from tests.postgres import Postgres, running_postgres
from tests.processes import ServiceProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The processes and the channels to them live as long as the session: so does the loop that reads them.
    for item in items:
        if "tests/access" in item.path.as_posix() and inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            # The first of them waits for five services to start.
            item.add_marker(pytest.mark.timeout(300))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """All five services, and the key that opens everything."""
    url = postgres.fresh()
    environment = {
        "REELWRIGHT_AUTH": "keys",
        "REELWRIGHT_ADMIN_KEY": ADMIN_KEY,
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": url,
        "REELWRIGHT_STORE_URL": f"file://{tmp_path_factory.mktemp('access')}",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_FETCH_HTTP": "true",
        "REELWRIGHT_FETCH_ALLOW": "127.0.0.1/32",
        "REELWRIGHT_DRAIN_S": "1",
        "REELWRIGHT_PATIENCE_S": "1",
    }
    async with contextlib.AsyncExitStack() as stack:
        channels = {}
        for name in SERVICES:
            # One after the other: five at one time are slow to start on a busy machine.
            process = await ServiceProcess.start(f"reelwright_{name}", environment)
            stack.push_async_callback(process.kill)
            address = await _address(process)
            # For the story service, which is the last and calls the others with passports.
            environment[f"REELWRIGHT_{name.upper()}_ADDRESS"] = address
            channels[name] = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        pool = await stack.enter_async_context(database.connect(url, 4))
        yield House(channels, pool)


async def _address(process: ServiceProcess) -> str:
    """Where a service listens; a busy machine gets more patience than one try has."""
    for _ in range(2):
        with contextlib.suppress(TimeoutError):
            return await process.address()
    return await process.address()


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections to a database of the test's own."""
    async with database.connect(database_url, 8) as opened:
        yield opened


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as running:
        yield running
