"""The object stores that need no server keep the store contract, and addresses are read as people mean them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from reelwright_kit.assets.s3 import S3Access
from reelwright_kit.assets.store import FileStore, ObjectFileStore, open_store
from reelwright_kit.settings import SettingsInvalid, StoreSettings
from tests.kit.store_contract import StoreContract

KEY = f"local/ab/ast_{'0' * 26}.0123456789abcdef.mp4"
PUT = """
import asyncio, sys
from pathlib import Path
from reelwright_kit.assets.store import open_store
asyncio.run(open_store(sys.argv[1]).put(sys.argv[2], Path(sys.argv[3])))
"""
TRIES = 5


class TestLocalDirectory(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileStore:
        return open_store(f"file://{tmp_path}/store with space")


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> FileStore:
        return ObjectFileStore(MemoryStore())


def test_an_address_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="ftp://x"):
        open_store("ftp://x")


def half_written(directory: Path, source: Path) -> Sequence[Path]:
    """What a process leaves behind that is killed while it puts `source`."""
    command = [sys.executable, "-c", PUT, f"file://{directory}", KEY, str(source)]
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            if found := list(directory.rglob("*#*")):
                process.kill()
                process.wait()
                return [path for path in found if path.exists()]
    return []


async def test_a_process_killed_in_the_middle_of_a_put_leaves_nothing_to_see_and_little_to_clear(
    tmp_path: Path,
) -> None:
    source, directory = tmp_path / "source", tmp_path / "store"
    source.touch()
    for power in range(TRIES):
        # Larger each time: a machine may be quicker than we look.
        with source.open("r+b") as file:
            file.truncate((64 << power) * 1024 * 1024)
        if left := half_written(directory, source):
            break
    assert len(left) == 1
    store = open_store(f"file://{directory}")
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert not await store.has(KEY)
    assert [one async for page in store.listed(later) for one in page] == []
    (directory / "local" / "notes#1").write_text("somebody else's")
    assert await store.clear(datetime.now(UTC) - timedelta(minutes=1)) == 0
    assert await store.clear(later) == 1
    assert [path.name for path in directory.rglob("*") if path.is_file()] == ["notes#1"]


ACCESS = S3Access("key", "secret", region="eu-west-1")


@pytest.mark.parametrize(
    ("url", "access", "begins"),
    [
        ("s3://films", ACCESS, "https://films.s3.eu-west-1.amazonaws.com/k?"),
        ("s3://films.example.org/a/b", ACCESS, "https://s3.eu-west-1.amazonaws.com/films.example.org/a/b/k?"),
        ("s3://films", S3Access("key", "secret", endpoint="http://minio:9000/"), "http://minio:9000/films/k?"),
        (
            "s3://films/a",
            S3Access("key", "secret", endpoint="http://minio:9000", public_endpoint="https://files.example.org"),
            "https://files.example.org/films/a/k?",
        ),
    ],
)
async def test_an_s3_address_is_signed_for_where_users_reach_the_store(
    url: str, access: S3Access, begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "http://not.this.example") if access.endpoint else monkeypatch.delenv(name, False)
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    signed = await open_store(url, access).address("k", 604800)
    assert signed.startswith(begins)
    assert f"%2F{access.region or 'us-east-1'}%2Fs3%2F" in signed and "X-Amz-Expires=604800" in signed


async def test_a_temporary_key_signs_with_its_token() -> None:
    signed = await open_store("s3://films", S3Access("key", "secret", "temporary")).address("k", 1)
    assert "X-Amz-Security-Token=temporary" in signed


async def test_an_azure_address_is_signed_for_reading_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "films")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")
    signed = await open_store("az://box/a").address("k", 60)
    assert signed.startswith("https://films.blob.core.windows.net/box/a/k?")
    assert "sp=r&" in signed and "sig=" in signed and "se=" in signed


def settings(**variables: str) -> StoreSettings:
    return StoreSettings.load({"REELWRIGHT_STORE_URL": "s3://films"} | variables)


def test_the_settings_of_s3_go_from_the_special_to_the_general() -> None:
    general = {"AWS_ENDPOINT_URL": "http://general", "AWS_DEFAULT_REGION": "eu-west-1"}
    special = {"AWS_ENDPOINT_URL_S3": "https://special", "AWS_REGION": "eu-west-2"}
    assert (settings(**general).s3.endpoint, settings(**general).s3.region) == ("http://general", "eu-west-1")
    both = settings(**general, **special, REELWRIGHT_STORE_PUBLIC_URL="https://public").s3
    assert (both.endpoint, both.region, both.public_endpoint) == ("https://special", "eu-west-2", "https://public")
    assert settings().s3 == S3Access(region="us-east-1")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL_S3": "minio:9000"}, "AWS_ENDPOINT_URL_S3"),
        ({"REELWRIGHT_URL_LIFETIME_S": "604801"}, "REELWRIGHT_URL_LIFETIME_S"),
        ({"REELWRIGHT_URL_LIFETIME_S": "0"}, "REELWRIGHT_URL_LIFETIME_S"),
        ({"REELWRIGHT_ORPHAN_AGE_H": "-1"}, "REELWRIGHT_ORPHAN_AGE_H"),
    ],
)
def test_a_wrong_setting_of_the_store_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsInvalid, match=named):
        settings(**variables)


def test_keys_of_the_store_do_not_show_themselves() -> None:
    given = settings(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="hush", AWS_SESSION_TOKEN="whisper")
    assert "hush" not in f"{given} {given.s3!r}" and "whisper" not in f"{given} {given.s3!r}"
