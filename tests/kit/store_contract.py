"""What every object store must promise: inherit from StoreContract and give it a `store` fixture."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest

from reelwright_kit.assets.store import PAGE, PIECE_BYTES, FileStore, Label

CONTENT = random.Random(1).randbytes(2 * PIECE_BYTES + 17)
LARGE_BYTES = 40 * 1024 * 1024
NAMES = (
    "with space.png",
    "Füchse im Schnee.png",
    "狐狸 と 🦊.mp4",
    "a+b&c=d%20e#f?.txt",
    'quo"te\\back  two   spaces.txt',
    "long " * 50,
)
PATIENCE_S = 30.0


def until(true: Callable[[], bool]) -> None:
    """Returns when it is so; fails when it does not become so. For threads, not for the event loop."""
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        pause.wait(0.005)


class StoreContract:
    """The promises of FileStore."""

    presigns = False
    """Whether the store hands out its objects itself."""

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """A file of three pieces."""
        path = tmp_path / "source"
        path.write_bytes(CONTENT)
        return path

    async def read(self, store: FileStore, key: str, offset: int, length: int) -> bytes:
        """The bytes of a range."""
        return b"".join([piece async for piece in store.read(key, offset, length)])

    async def keys(self, store: FileStore, before: datetime | None = None) -> list[str]:
        """Every key that a list shows, sorted."""
        wanted = before or datetime.now(UTC) + timedelta(hours=1)
        return sorted([one.key async for page in store.listed(wanted) for one in page])

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

    @pytest.mark.parametrize("after_s", [0, 0.005, 0.05])
    async def test_a_put_that_is_given_up_leaves_all_or_nothing(
        self, store: FileStore, tmp_path: Path, after_s: float
    ) -> None:
        big = tmp_path / "big"
        big.write_bytes(b"x" * (24 * PIECE_BYTES))
        putting = asyncio.ensure_future(store.put("big", big))
        await asyncio.wait({putting}, timeout=after_s)
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

    async def test_a_large_object_comes_back_as_it_was(self, store: FileStore, tmp_path: Path) -> None:
        content = random.Random(2).randbytes(LARGE_BYTES)
        (tmp_path / "large").write_bytes(content)
        await store.put("large", tmp_path / "large")
        assert await self.read(store, "large", 0, LARGE_BYTES) == content
        assert await self.read(store, "large", 30_000_001, 9_000_001) == content[30_000_001:39_000_002]

    @pytest.mark.parametrize("name", NAMES)
    async def test_a_key_may_have_any_characters(self, store: FileStore, source: Path, name: str) -> None:
        key = f"some body/{name}"
        await store.put(key, source, Label("image/png", name))
        assert await store.has(key) and not await store.has(f"{key}x")
        assert await self.keys(store) == [key]
        assert await self.read(store, key, 3, 5) == CONTENT[3:8]
        await store.delete(key)
        assert not await store.has(key)

    async def test_a_list_shows_what_is_older_with_its_size(self, store: FileStore, source: Path) -> None:
        earlier = datetime.now(UTC) - timedelta(minutes=1)
        for key in ("b/c", "a", "b/d/e"):
            await store.put(key, source)
        assert await self.keys(store) == ["a", "b/c", "b/d/e"]
        assert await self.keys(store, earlier) == []
        (page,) = [page async for page in store.listed(datetime.now(UTC) + timedelta(hours=1))]
        assert {one.size_bytes for one in page} == {len(CONTENT)}
        assert all(abs(one.change_time - datetime.now(UTC)) < timedelta(minutes=1) for one in page)

    async def test_a_long_list_comes_in_pages(self, store: FileStore, tmp_path: Path) -> None:
        (tmp_path / "small").write_bytes(b"1")
        await asyncio.gather(*(store.put(f"p/{number:04}", tmp_path / "small") for number in range(PAGE + 3)))
        pages = [page async for page in store.listed(datetime.now(UTC) + timedelta(hours=1))]
        assert sorted(len(page) for page in pages) == [3, PAGE]
        assert len({one.key for page in pages for one in page}) == PAGE + 3

    async def test_an_empty_store_lists_nothing(self, store: FileStore) -> None:
        assert await self.keys(store) == []

    async def test_nothing_half_written_is_left_by_puts_that_ended(self, store: FileStore, source: Path) -> None:
        await store.put("a/b", source)
        assert await store.clear(datetime.now(UTC) + timedelta(hours=1)) == 0
        assert await store.has("a/b")

    @pytest.mark.parametrize("name", NAMES)
    async def test_an_address_gives_the_bytes_with_their_type_and_name(
        self, store: FileStore, source: Path, name: str
    ) -> None:
        await store.put(f"t/{name}", source, Label("video/mp4", name))
        url = await store.address(f"t/{name}", 60)
        if not self.presigns:
            assert not url
            return
        async with httpx2.AsyncClient() as client:
            answer = await client.get(url)
            part = await client.get(url, headers={"range": "bytes=5-9"})
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert answer.headers["content-type"] == "video/mp4"
        disposition, _, encoded = answer.headers["content-disposition"].partition("filename*=UTF-8''")
        assert disposition.startswith("inline; ") and unquote(encoded) == name
        assert (part.status_code, part.content) == (206, CONTENT[5:10])

    async def test_an_address_lets_nobody_do_more_than_it_says(self, store: FileStore, source: Path) -> None:
        for key in ("mine", "other"):
            await store.put(key, source)
        url = await store.address("mine", 60)
        if not self.presigns:
            return
        longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=604800")
        assert longer != url
        async with httpx2.AsyncClient() as client:
            tampered = (url.replace("/mine?", "/other?"), longer, url[:-1] + ("0" if url[-1] != "0" else "1"))
            assert [(await client.get(one)).status_code for one in tampered] == [403, 403, 403]
            assert (await client.put(url, content=b"x")).status_code == 403
            assert (await client.delete(url)).status_code == 403
            assert (await client.get(url.partition("?")[0])).status_code == 403
        assert await self.read(store, "mine", 0, len(CONTENT)) == CONTENT

    async def test_an_address_stops_working(self, store: FileStore, source: Path) -> None:
        await store.put("mine", source)
        url = await store.address("mine", 1)
        if not self.presigns:
            return
        with httpx2.Client() as client:
            await asyncio.to_thread(until, lambda: client.get(url).status_code == 403)
        assert await store.has("mine")
