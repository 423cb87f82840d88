"""Two film lots that stay open: one where the local engines are free, as shipped, and one where all of them cost."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from reelwright_fakes.testing import running
from tests.chaos.lot import Lot, open_lot
from tests.paid.studio import Studio
from tests.postgres import Postgres

PRICES = """
[[price]]
model = "local/text"
from = 2026-01-01
source = "A test."
micros_per_million_input_tokens = 1_000_000
micros_per_million_output_tokens = 4_000_000

[[price]]
model = "local/image"
from = 2026-01-01
source = "A test."
micros_per_megapixel = 1_000

[[price]]
model = "local/video"
from = 2026-01-01
source = "A test."
micros_per_second = { "480" = 100_000, "1080" = 400_000 }

[[price]]
model = "local/speech"
from = 2026-01-01
source = "A test."
micros_per_million_characters = 15_000_000

[[price]]
model = "local/music"
from = 2026-01-01
source = "A test."
micros_per_second = 20

[[price]]
model = "replicate/black-forest-labs/flux-dev"
from = 2026-01-01
source = "Nobody told."
unknown = true
"""


@contextlib.asynccontextmanager
async def _opened(postgres: Postgres, store: Path, **settings: str) -> AsyncIterator[Lot]:
    with running() as fake:
        async with open_lot(Studio(postgres.fresh(), fake, store, settings)) as lot:
            yield lot


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def free_lot(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lot]:
    """Only the vendors of pictures charge."""
    async with _opened(postgres, tmp_path_factory.mktemp("free")) as lot:
        yield lot


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def priced_lot(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lot]:
    """The operator's list gives every local engine a price."""
    prices = tmp_path_factory.mktemp("prices") / "own.toml"
    prices.write_text(PRICES)
    async with _opened(postgres, tmp_path_factory.mktemp("priced"), REELWRIGHT_PRICES=str(prices)) as lot:
        yield lot
