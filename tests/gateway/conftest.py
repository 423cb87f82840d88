"""The gateway that tests share, and one each for those that break it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.gateway.edge import Gateway, Opener, open_gateway


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """The gateway that tests share; they must leave it whole."""
    async with open_gateway(
        tmp_path_factory.mktemp("gateway"), heartbeat_s=0.05, upload_limit_bytes=3_000_000
    ) as opened:
        yield opened


@pytest.fixture
def own_gateway(tmp_path: Path) -> Opener:
    """Opens a gateway that a test may break."""
    return lambda **changed: open_gateway(tmp_path / "envoy", **changed)
