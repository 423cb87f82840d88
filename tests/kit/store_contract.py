"""What every object store must promise: inherit from StoreContract and give it a `store` fixture."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from reelwright_kit.assets.store import PIECE_BYTES, FileStore

CONTENT = random.Random(1).randbytes(2 * PIECE_BYTES + 17)


class StoreContract:
    """The promises of FileStore."""

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """A file of three pieces."""
        path = tmp_path / "source"
        path.write_bytes(CONTENT)
        return path

    async def read(self, store: FileStore, key: str, offset: int, length: int) -> bytes:
        """The bytes of a range."""
        return b"".join([piece async for piece in store.read(key, offset, length)])

    async def test_what_was_put_is_read_in_pieces(self, store: FileStore, source: Path) -> None:
        await store.put("a/b.bin", source)
        pieces = [piece async for piece in store.read("a/b.bin", 0, len(CONTENT))]
        assert [len(piece) for piece in pieces] == [PIECE_BYTES, PIECE_BYTES, 17]
        assert b"".join(pieces) == CONTENT

    @pytest.mark.parametrize(
        ("offset", "length"), [(0, 1), (5, 100), (PIECE_BYTES - 1, 2), (2 * PIECE_BYTES, 17), (7, 0)]
    )
    async def test_ranges_are_exact(self, store: FileStore, source: Path, offset: int, length: int) -> None:
        await store.put("a/b.bin", source)
        assert await self.read(store, "a/b.bin", offset, length) == CONTENT[offset : offset + length]

    async def test_an_empty_file_can_be_kept(self, store: FileStore, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()
        await store.put("empty", tmp_path / "empty")
        assert await self.read(store, "empty", 0, 0) == b""

    async def test_a_missing_object_is_said_to_be_missing(self, store: FileStore) -> None:
        with pytest.raises(FileNotFoundError):
            await self.read(store, "nothing", 0, 1)

    async def test_a_deleted_object_is_gone_and_deleting_again_is_fine(self, store: FileStore, source: Path) -> None:
        await store.put("a", source)
        await store.delete("a")
        await store.delete("a")
        with pytest.raises(FileNotFoundError):
            await self.read(store, "a", 0, 1)

    async def test_readers_see_the_old_or_the_new_object_and_never_a_mixture(
        self, store: FileStore, tmp_path: Path
    ) -> None:
        for letter in b"ab":
            (tmp_path / chr(letter)).write_bytes(bytes([letter]) * 4096)
        await store.put("key", tmp_path / "a")
        writing = asyncio.gather(*(store.put("key", tmp_path / "ab"[n % 2]) for n in range(40)))
        seen = {await self.read(store, "key", 0, 4096) for _ in range(40)}
        await writing
        assert seen <= {b"a" * 4096, b"b" * 4096}

    async def test_a_put_that_is_given_up_leaves_all_or_nothing(self, store: FileStore, tmp_path: Path) -> None:
        big = tmp_path / "big"
        big.write_bytes(b"x" * (24 * PIECE_BYTES))
        putting = asyncio.ensure_future(store.put("big", big))
        await asyncio.wait({putting}, timeout=0)
        putting.cancel()
        await asyncio.wait({putting})
        try:
            kept = await self.read(store, "big", 0, 24 * PIECE_BYTES)
        except FileNotFoundError:
            return
        assert len(kept) == 24 * PIECE_BYTES

    async def test_objects_do_not_mix(self, store: FileStore, tmp_path: Path) -> None:
        for number in range(20):
            (tmp_path / str(number)).write_bytes(str(number).encode() * 10)
        await asyncio.gather(*(store.put(f"k/{n}", tmp_path / str(n)) for n in range(20)))
        for number in range(20):
            kept = await self.read(store, f"k/{number}", 0, 10)
            assert kept == (str(number).encode() * 10)[:10]
