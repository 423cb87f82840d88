"""A database for tests of money."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from reelwright_kit import database
from reelwright_kit.caller import Caller, become
from reelwright_kit.database import Pool


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """As many connections as fifty callers at one time keep busy."""
    async with database.connect(database_url, 16) as opened:
        yield opened


@pytest.fixture(autouse=True)
def somebody() -> None:
    """Calls are made by somebody."""
    become(Caller("local", "test"))
