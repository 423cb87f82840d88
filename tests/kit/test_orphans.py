"""No file is lost: objects and rows find each other, whoever is killed and whoever comes at the same time."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.orphans import Findings, Orphans
from reelwright_kit.assets.ownership import KEY
from reelwright_kit.assets.store import FileStore, open_store
from reelwright_kit.assets.sweeping import Sweeping
from reelwright_kit.database import Pool
from tests.kit.orders import PATIENCE_S, TENANT
from tests.processes import REPOSITORY
from tests.s3 import S3Server

HOUR_S = 3600.0
ORPHAN = f"{TENANT}/ab/ast_{'0' * 26}.0123456789abcdef.png"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """The store of the library."""
    return open_store(f"file://{tmp_path}/store")


@pytest.fixture
def orphans(pool: Pool, store: FileStore) -> Orphans:
    """Looks at what is older than an hour."""
    return Orphans(pool, store, HOUR_S)


def picture(path: Path, colour: str = "red") -> Path:
    Image.new("RGB", (20, 10), colour).save(path, "PNG")
    return path


def age(directory: Path, hours: float = 2) -> None:
    """Makes every file look that old."""
    long_ago = time.time() - hours * HOUR_S
    for path in directory.rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await true():
            pass


async def waiting_for_locks(pool: Pool, kind: str) -> int:
    query = "select count(*) as waiting from pg_locks where not granted and locktype = %s"
    async with pool.connection() as connection:
        row = await (await connection.execute(query, (kind,))).fetchone()
    return int(row["waiting"]) if row else 0


async def test_an_old_object_that_no_row_names_is_removed_and_all_else_stays(
    library: Library, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    strangers = ["notes.txt", "local/ab/notes.txt", f"deeper/{ORPHAN}", ORPHAN.replace("ast_", "img_")]
    for key in (ORPHAN, *strangers):
        await store.put(key, tmp_path / "p")
    age(tmp_path / "store")
    size = (tmp_path / "p").stat().st_size
    assert await orphans.check(remove=False) == Findings(objects=1, object_bytes=size)
    assert await store.has(ORPHAN)
    assert await orphans.check(remove=True) == Findings(objects=1, object_bytes=size, removed=1)
    assert not await store.has(ORPHAN)
    assert [await store.has(key) for key in (kept.key, *strangers)] == [True] * 5
    assert await orphans.check(remove=True) == Findings()


async def test_a_young_object_is_left_alone(orphans: Orphans, store: FileStore, tmp_path: Path) -> None:
    await store.put(ORPHAN, picture(tmp_path / "p"))
    age(tmp_path / "store", hours=0.9)
    assert await orphans.check(remove=True) == Findings()
    assert await store.has(ORPHAN)


async def test_looking_changes_nothing(orphans: Orphans, store: FileStore, tmp_path: Path) -> None:
    await store.put(ORPHAN, picture(tmp_path / "p"))
    age(tmp_path / "store")
    before = {path: path.stat().st_mtime for path in (tmp_path / "store").rglob("*")}
    await orphans.check(remove=False)
    assert {path: path.stat().st_mtime for path in (tmp_path / "store").rglob("*")} == before


async def test_rows_whose_object_is_missing_are_counted_and_kept(
    library: Library, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    kept = [await library.keep(tenant, picture(tmp_path / "p")) for tenant in ("a", "b", "c")]
    await store.delete(kept[1].key)
    assert await orphans.check(remove=True) == Findings(rows=1)
    assert await orphans.check(remove=True, rows=False) == Findings()
    assert await library.index.get("b", kept[1].id) == kept[1]


async def test_many_of_both_are_found_page_by_page(
    pool: Pool, library: Library, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    async with pool.connection() as connection:
        await connection.execute(
            "insert into reelwright.assets (id, tenant, key, filename, media_type, size_bytes, sha256)"
            " select id || n, tenant || n % 3, tenant || n % 3 || substr(key, strpos(key, '/')) || n,"
            " filename, media_type, size_bytes, sha256 from reelwright.assets, generate_series(1, 1200) n"
        )
    for number in range(1200):
        path = tmp_path / "store" / ORPHAN.replace("000000", f"{number:06}", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    age(tmp_path / "store")
    found = await orphans.check(remove=True)
    assert (found.objects, found.removed, found.rows) == (1200, 1200, 1200)
    assert await store.has(kept.key)


async def test_a_store_of_another_installation_is_not_touched(
    pool: Pool, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    (tmp_path / "owner").write_text("somebody else".ljust(36))
    await store.put(KEY, tmp_path / "owner")
    await store.put(ORPHAN, picture(tmp_path / "p"))
    age(tmp_path / "store")
    found = await orphans.check(remove=True)
    assert (found.objects, found.removed, found.foreign) == (1, 0, True)
    assert await store.has(ORPHAN)


async def test_two_installations_on_one_store_do_not_take_each_others_files(
    pool: Pool, library: Library, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    assert not (await orphans.check(remove=True)).foreign
    age(tmp_path / "store")
    async with pool.connection() as connection:
        await connection.execute("update reelwright.installation set id = gen_random_uuid()")
        await connection.execute("delete from reelwright.assets")
    found = await orphans.check(remove=True)
    assert found.foreign and found.objects == 1
    assert await store.has(kept.key)


async def killed_before_its_row(database_url: str, pool: Pool, tmp_path: Path, slot: str) -> Path:
    """The object that a process leaves behind that is killed when it has put it and has no row yet."""
    directory = tmp_path / "store"
    arguments = (database_url, f"file://{directory}", str(picture(tmp_path / "p")), slot)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("lock table reelwright.assets in share row exclusive mode")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.kit.keeping", *arguments, cwd=REPOSITORY
        )
        try:
            await until(lambda: _is_waited_for(pool))
        finally:
            process.kill()
        assert await process.wait() < 0
    (left,) = [path for path in directory.rglob("*") if path.is_file()]
    return left


async def _is_waited_for(pool: Pool) -> bool:
    return await waiting_for_locks(pool, "relation") == 1


async def test_a_process_killed_before_it_wrote_the_row_leaves_an_object_that_is_found(
    database_url: str, pool: Pool, library: Library, orphans: Orphans, tmp_path: Path
) -> None:
    left = await killed_before_its_row(database_url, pool, tmp_path, "one")
    assert await library.made(TENANT, "", "one") is None
    assert await orphans.check(remove=True) == Findings()
    age(tmp_path / "store")
    assert (await orphans.check(remove=True)).removed == 1
    assert not left.exists()


async def test_whoever_makes_the_same_again_takes_over_what_a_killed_process_left(
    database_url: str, pool: Pool, library: Library, orphans: Orphans, tmp_path: Path
) -> None:
    left = await killed_before_its_row(database_url, pool, tmp_path, "one")
    kept = await library.keep(TENANT, tmp_path / "p", slot="one")
    assert left == tmp_path / "store" / kept.key
    age(tmp_path / "store")
    assert await orphans.check(remove=True) == Findings()


async def test_an_object_removed_while_it_is_kept_again_is_put_back(
    pool: Pool, library: Library, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"), slot="one")
    await library.index.remove(TENANT, kept.id)
    async with AssetIndex(pool).unnamed(kept.key) as free:
        assert free
        again = asyncio.ensure_future(library.keep(TENANT, tmp_path / "p", slot="one"))
        await until(lambda: _is_contended(pool))
        await store.delete(kept.key)
    record = await again
    assert record.key == kept.key
    assert b"".join([piece async for piece in library.read(record)]) == (tmp_path / "p").read_bytes()


async def _is_contended(pool: Pool) -> bool:
    return await waiting_for_locks(pool, "advisory") == 1


async def test_an_object_that_a_row_names_again_is_not_discarded(
    library: Library, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    assert not await library.discard(kept.key)
    assert await store.has(kept.key)


async def test_keeping_a_file_whose_object_was_lost_brings_it_back(
    library: Library, orphans: Orphans, store: FileStore, tmp_path: Path
) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"), slot="one")
    await store.delete(kept.key)
    await library.keep(TENANT, tmp_path / "p", slot="one")
    assert await orphans.check(remove=True) == Findings()


async def test_the_rounds_are_gone_by_one_process_and_by_the_next_when_it_ends(
    database_url: str, pool: Pool, tmp_path: Path
) -> None:
    picture(tmp_path / "p")
    stores = [open_store(f"file://{tmp_path}/{name}") for name in ("a", "b")]
    first, second = (
        Sweeping(database_url, Orphans(pool, store, HOUR_S), first_s=0, candidate_s=0.05) for store in stores
    )
    for store in stores:
        await store.put(ORPHAN, tmp_path / "p")
    age(tmp_path)

    async def swept(store: FileStore) -> bool:
        return not await store.has(ORPHAN)

    async with first.running():
        await until(lambda: swept(stores[0]))
        await asyncio.wait_for(second.lead(), PATIENCE_S)
        assert not await swept(stores[1])
    async with second.running():
        await until(lambda: swept(stores[1]))


async def test_orphans_on_s3_are_removed_and_files_stay(s3_server: S3Server, pool: Pool, tmp_path: Path) -> None:
    store = open_store(f"s3://{s3_server.new_bucket()}", s3_server.access())
    library = Library(AssetIndex(pool), store)
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    lost = await library.keep(TENANT, picture(tmp_path / "q", "blue"))
    await store.delete(lost.key)
    await store.put(ORPHAN, tmp_path / "p")
    # No server lets one set the age of an object, so everything that is there counts as old.
    found = await Orphans(pool, store, -HOUR_S).check(remove=True)
    assert (found.objects, found.removed, found.rows) == (1, 1, 1)
    assert await store.has(kept.key) and not await store.has(ORPHAN)
