"""A studio for each test, and one house that stays open for those that disturb nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from reelwright_fakes.testing import running
from tests.paid.studio import House, Studio
from tests.postgres import Postgres


@pytest.fixture
def studio(database_url: str, tmp_path: Path) -> Iterator[Studio]:
    """Nothing runs in it yet but the providers."""
    store = tmp_path / "store"
    store.mkdir()
    with running() as fake:
        yield Studio(database_url, fake, store)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A studio with one service that runs as long as the tests do."""
    with running() as fake:
        studio = Studio(postgres.fresh(), fake, tmp_path_factory.mktemp("paid"))
        async with studio.service() as service:
            yield House(studio, service)
