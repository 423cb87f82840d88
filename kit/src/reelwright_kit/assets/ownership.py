"""Whose a store is: two installations that share one by mistake must not take each other's files for orphans."""

from __future__ import annotations

import tempfile
from pathlib import Path

from reelwright_kit.assets.store import FileStore
from reelwright_kit.database import Pool

KEY = "reelwright-installation"
LENGTH = 36
"""Characters of an id."""


async def holds(pool: Pool, store: FileStore, *, claim: bool) -> bool:
    """Whether the store is that of this database's installation; with `claim`, one that is nobody's is taken."""
    own = await _installation(pool)
    if not await store.has(KEY):
        if not claim:
            return True
        await _claimed(store, own)
    return await _owner(store) == own


async def _installation(pool: Pool) -> str:
    async with pool.connection() as connection:
        row = await (await connection.execute("select id::text as id from reelwright.installation")).fetchone()
    assert row is not None
    return str(row["id"])


async def _claimed(store: FileStore, own: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / KEY
        path.write_text(own)
        await store.put(KEY, path)


async def _owner(store: FileStore) -> str:
    return b"".join([piece async for piece in store.read(KEY, 0, LENGTH)]).decode()
