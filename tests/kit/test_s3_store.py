"""The store on a real S3 server that checks signatures: the store contract, and what only such a server can show."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from obstore.exceptions import PermissionDeniedError

from reelwright_kit.assets.s3 import S3Access
from reelwright_kit.assets.store import FileStore, Label, open_store
from reelwright_kit.errors import PartUnavailable
from tests.kit.store_contract import CONTENT, LARGE_BYTES, StoreContract, until
from tests.s3 import S3Server

PUT = """
import asyncio, sys
from pathlib import Path
from reelwright_kit.assets.s3 import S3Access
from reelwright_kit.assets.store import open_store
asyncio.run(open_store(sys.argv[1], S3Access(*sys.argv[2:4], endpoint=sys.argv[4])).put("film", Path(sys.argv[5])))
"""


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    """A bucket of the test's own."""
    return s3_server.new_bucket()


@pytest.fixture
def store(s3_server: S3Server, bucket: str) -> FileStore:
    """A store in the bucket."""
    return open_store(f"s3://{bucket}", s3_server.access())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that is put in many parts."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(4 * LARGE_BYTES)
    return path


class TestS3(StoreContract):
    presigns = True

    @pytest.fixture
    def store(self, s3_server: S3Server, bucket: str) -> FileStore:
        return open_store(f"s3://{bucket}", s3_server.access())


class TestS3BelowAPrefix(StoreContract):
    presigns = True

    @pytest.fixture
    def store(self, s3_server: S3Server, bucket: str) -> Iterator[FileStore]:
        yield open_store(f"s3://{bucket}/films/of 2026", s3_server.access())
        names = [str(found.object_name) for found in s3_server.client().list_objects(bucket, recursive=True)]
        assert all(name.startswith("films/of 2026/") for name in names)


async def test_another_client_finds_what_was_put(
    s3_server: S3Server, bucket: str, store: FileStore, source: Path
) -> None:
    await store.put("local/ab/Füchse 1.png", source, Label("image/png", "Füchse.png"))
    client = s3_server.client()
    (found,) = client.list_objects(bucket, recursive=True)
    assert (found.object_name, found.size) == ("local/ab/Füchse 1.png", len(CONTENT))
    assert client.stat_object(bucket, "local/ab/Füchse 1.png").content_type == "image/png"


@pytest.mark.parametrize("wrong", [{"secret_access_key": "guessed"}, {"access_key_id": "nobody"}])
async def test_a_wrong_key_is_refused_in_everything(
    s3_server: S3Server, bucket: str, store: FileStore, source: Path, wrong: dict[str, str]
) -> None:
    await store.put("mine", source)
    stranger = open_store(f"s3://{bucket}", s3_server.access(**wrong))
    # Whoever holds what was paid for waits: a key can be mended.
    with pytest.raises(PartUnavailable):
        await stranger.put("mine", source)
    with pytest.raises(PermissionDeniedError):
        await anext(stranger.read("mine", 0, 1))
    with pytest.raises(PermissionDeniedError):
        await stranger.has("mine")
    with pytest.raises(PartUnavailable):
        await anext(stranger.listed(datetime.now(UTC)))
    with pytest.raises(PermissionDeniedError):
        await stranger.delete("mine")
    async with httpx2.AsyncClient() as client:
        assert (await client.get(await stranger.address("mine", 60))).status_code == 403
    assert await store.has("mine")


async def test_an_address_holds_for_the_host_that_users_reach_and_for_no_other(
    s3_server: S3Server, bucket: str, source: Path
) -> None:
    public = f"http://localhost:{s3_server.port}"
    store = open_store(f"s3://{bucket}", s3_server.access(public_endpoint=public))
    await store.put("mine", source)
    url = await store.address("mine", 60)
    assert url.startswith(public)
    async with httpx2.AsyncClient() as client:
        assert (await client.get(url)).content == CONTENT
        assert (await client.get(url.replace(public, s3_server.endpoint))).status_code == 403


async def test_what_the_environment_says_of_another_store_is_not_mixed_in(
    s3_server: S3Server, bucket: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_BUCKET": "another",
        "AWS_ACCESS_KEY_ID": "another",
        "AWS_SECRET_ACCESS_KEY": "another",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    }.items():
        monkeypatch.setenv(name, value)
    store = open_store(f"s3://{bucket}", s3_server.access())
    await store.put("mine", source)
    assert await store.has("mine")


def uploads(server: S3Server, bucket: str) -> int:
    """How many uploads in parts have begun and not ended, as another client sees it."""
    return len(server.client()._list_multipart_uploads(bucket).uploads)


async def test_a_put_that_is_given_up_half_way_leaves_nothing_to_see(
    s3_server: S3Server, bucket: str, store: FileStore, large: Path
) -> None:
    putting = asyncio.ensure_future(store.put("film", large))
    await asyncio.to_thread(until, lambda: uploads(s3_server, bucket) == 1)
    assert not putting.done()
    putting.cancel()
    await asyncio.wait({putting})
    assert putting.cancelled()
    assert not await store.has("film")
    assert not list(s3_server.client().list_objects(bucket, recursive=True))


async def test_a_process_killed_half_way_through_a_put_leaves_nothing_to_see(
    s3_server: S3Server, bucket: str, store: FileStore, large: Path
) -> None:
    access = s3_server.access()
    arguments = (f"s3://{bucket}", access.access_key_id, access.secret_access_key, access.endpoint, str(large))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PUT, *arguments)
    try:
        await asyncio.to_thread(until, lambda: uploads(s3_server, bucket) == 1)
    finally:
        process.kill()
    assert await process.wait() < 0
    assert not await store.has("film")
    assert not list(s3_server.client().list_objects(bucket, recursive=True))
    assert [page async for page in store.listed(datetime.now(UTC) + timedelta(hours=1)) if page] == []


async def test_a_store_that_is_away_is_said_to_be_away(source: Path) -> None:
    store = open_store("s3://films", replace(S3Access("key", "secret"), endpoint="http://127.0.0.1:1"))
    with pytest.raises(PartUnavailable, match="object store"):
        await store.put("mine", source)
