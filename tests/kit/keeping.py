"""Keeps a file, in a process that a test can kill: arguments are database, store, path and slot."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from reelwright_kit import database
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.store import open_store
from tests.kit.orders import TENANT


async def keep(database_url: str, store_url: str, path: str, slot: str) -> None:
    """Keeps the file at `path`."""
    async with database.connect(database_url, 2) as pool:
        await Library(AssetIndex(pool), open_store(store_url)).keep(TENANT, Path(path), slot=slot)


if __name__ == "__main__":
    asyncio.run(keep(*sys.argv[1:]))
