"""The library: files with measurements and provenance, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetFilter, AssetRecord, Provenance
from reelwright_kit.assets.scratch import PREFIX, Scratch
from reelwright_kit.assets.store import Label
from reelwright_kit.errors import AssetNotFound, MediaUnreadable, RangeNotSatisfiable
from tests.kit.orders import TENANT


def picture(path: Path, colour: str = "red", size: tuple[int, int] = (20, 10)) -> Path:
    Image.new("RGB", size, colour).save(path, "PNG")
    return path


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


async def content(library: Library, record: AssetRecord, offset: int = 0, length: int = 0) -> bytes:
    return b"".join([piece async for piece in library.read(record, offset, length)])


async def test_a_kept_file_is_measured_and_handed_out_in_ranges(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "p")
    raw = path.read_bytes()
    kept = await library.keep(TENANT, path, provenance=Provenance("a fox", seed=7))
    assert (kept.media_type, kept.width, kept.height, kept.size_bytes) == ("image/png", 20, 10, len(raw))
    assert kept.sha256 == hashlib.sha256(raw).hexdigest()
    assert kept.provenance["prompt"] == "a fox" and kept.provenance["seed"] == 7
    assert await content(library, kept) == raw
    assert await content(library, kept, 5, 7) == raw[5:12]
    assert await content(library, kept, 5, 10**9) == raw[5:]
    with pytest.raises(RangeNotSatisfiable):
        await content(library, kept, len(raw))


async def test_a_slot_is_filled_once_whoever_comes_and_whatever_they_bring(library: Library, tmp_path: Path) -> None:
    paths = [picture(tmp_path / str(n), colour) for n, colour in enumerate(("red", "blue", "green", "white"))]
    made_by = Provenance(job="mil_1")
    kept = await asyncio.gather(*(library.keep(TENANT, path, slot="one", provenance=made_by) for path in paths))
    assert len({record.id for record in kept}) == 1
    (record,) = {record.sha256: record for record in kept}.values()
    assert hashlib.sha256(await content(library, record)).hexdigest() == record.sha256
    assert await library.made(TENANT, "mil_1", "one") == record
    assert len(stored(tmp_path)) == 1


async def test_slots_of_other_jobs_and_tenants_are_others(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "p")
    ids = {
        (await library.keep(tenant, path, slot=slot, provenance=Provenance(job=job))).id
        for tenant in ("a", "b")
        for slot in ("x", "y")
        for job in ("1", "2")
    }
    assert len(ids) == 8
    assert await library.made("c", "1", "x") is None


async def test_nobody_finds_a_file_whose_bytes_are_not_kept_yet(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        async def put(self, key: str, path: Path, label: Label) -> None:
            raise OSError("disk full")

    monkeypatch.setattr(library, "_store", Failing())
    with pytest.raises(OSError, match="disk full"):
        await library.keep(TENANT, picture(tmp_path / "p"), slot="one")
    assert await library.made(TENANT, "", "one") is None


async def test_a_file_that_is_not_what_it_is_declared_is_refused_and_not_kept(library: Library, tmp_path: Path) -> None:
    with pytest.raises(MediaUnreadable, match="image/png"):
        await library.keep(TENANT, picture(tmp_path / "p"), media_type="image/jpeg")
    assert stored(tmp_path) == []


async def test_a_deleted_file_is_gone_with_its_bytes(library: Library, tmp_path: Path) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    with pytest.raises(AssetNotFound):
        await library.delete("somebody else", kept.id)
    await library.delete(TENANT, kept.id)
    with pytest.raises(AssetNotFound):
        await library.index.get(TENANT, kept.id)
    assert stored(tmp_path) == []


async def test_forgetting_a_job_keeps_what_somebody_asked_to_keep(library: Library, tmp_path: Path) -> None:
    made_by = Provenance(job="mil_1")
    path = picture(tmp_path / "p")
    wanted = await library.keep(TENANT, path, provenance=made_by)
    other = await library.keep(TENANT, path, provenance=replace(made_by, job="mil_2"))
    await library.keep(TENANT, path, provenance=made_by)
    await library.index.update(TENANT, wanted.id, {"keep": True})
    await library.forget(TENANT, ["mil_1"])
    assert {record.id for record in await library.index.list(TENANT, AssetFilter(), 10)} == {wanted.id, other.id}


async def test_a_list_goes_on_behind_a_file_that_was_deleted_meanwhile(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "p")
    made = [(await library.keep(TENANT, path)).id for _ in range(5)]
    first, second = await library.index.list(TENANT, AssetFilter(), 2)
    await library.delete(TENANT, second.id)
    await library.keep(TENANT, path)
    rest = await library.index.list(TENANT, AssetFilter(), 10, (second.create_time, second.id))
    assert [first.id, second.id, *(record.id for record in rest)] == made[::-1]


async def test_a_list_is_filtered_by_type_album_tag_and_job(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "p")
    kept = await library.keep(TENANT, path, tags=("a", "b"), album="x", provenance=Provenance(job="mil_1"))
    (tmp_path / "t").write_text("words")
    await library.keep(TENANT, tmp_path / "t", media_type="text/plain")

    async def found(chosen: AssetFilter) -> list[str]:
        return [record.id for record in await library.index.list(TENANT, chosen, 10)]

    for chosen in (
        AssetFilter(media_type="image/"),
        AssetFilter(media_type="image/png"),
        AssetFilter(album="x"),
        AssetFilter(tag="b"),
    ):
        assert await found(chosen) == [kept.id]
    assert await found(AssetFilter(media_type="image")) == []
    assert await library.index.list("somebody else", AssetFilter(), 10) == []


async def test_the_scratch_directory_is_gone_afterwards(library: Library, tmp_path: Path) -> None:
    kept = await library.keep(TENANT, picture(tmp_path / "p"))
    with library.scratch() as directory:
        fetched = await library.fetch(TENANT, kept.id, directory)
        assert fetched.suffix == ".png" and fetched.stat().st_size == kept.size_bytes
    assert not directory.exists()


def test_what_a_killed_process_left_is_swept_up_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, used, other = (
        tmp_path / name for name in (f"{PREFIX}{ended.pid}-a", f"{PREFIX}{os.getpid()}-b", "other-1-c")
    )
    for directory in (left, used, other):
        directory.mkdir()
    Scratch(str(tmp_path)).sweep()
    assert sorted(tmp_path.iterdir()) == sorted([used, other])
