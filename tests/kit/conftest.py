"""The kit's parts on a database of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reelwright_kit import database
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.store import open_store
from reelwright_kit.caller import Caller, become
from reelwright_kit.database import Pool
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.store import JobStore


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Eight connections, as a service has."""
    async with database.connect(database_url, 8) as opened:
        yield opened


@pytest.fixture
def jobs(pool: Pool) -> JobStore:
    """The job store."""
    return JobStore(pool)


@pytest.fixture
async def feed(database_url: str, jobs: JobStore) -> AsyncIterator[JobFeed]:
    """A feed that listens."""
    opened = JobFeed(database_url, jobs)
    async with opened.running():
        yield opened


@pytest.fixture
def library(pool: Pool, tmp_path: Path) -> Library:
    """A library in a directory."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Library(AssetIndex(pool), open_store(f"file://{tmp_path}/store"), Scratch(str(scratch)))


@pytest.fixture(autouse=True)
def somebody() -> None:
    """Calls are made by somebody."""
    become(Caller("local", "test"))
