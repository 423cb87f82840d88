"""`reelwright store`: readiness and checks by hand, on a directory and on a real S3 server."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from reelwright_cli.main import app
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.store import open_store
from reelwright_kit.database import Pool
from tests.kit.orders import TENANT
from tests.postgres import Postgres
from tests.s3 import S3Server

ORPHAN = f"{TENANT}/ab/ast_{'0' * 26}.0123456789abcdef.png"


def said(environment: Mapping[str, str | None], *words: str) -> Result:
    """What the command answers; nothing of this machine's own settings is in it."""
    clean: dict[str, str | None] = {name: None for name in os.environ if name.startswith(("REELWRIGHT_", "AWS_"))}
    return CliRunner().invoke(app, ["store", *words], env={**clean, **environment}, catch_exceptions=False)


def on_s3(server: S3Server, url: str) -> dict[str, str | None]:
    return {
        "REELWRIGHT_STORE_URL": url,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_ENDPOINT_URL": server.endpoint,
    }


def picture(path: Path) -> Path:
    Image.new("RGB", (20, 10), "red").save(path, "PNG")
    return path


def test_a_bucket_is_made_ready_and_each_thing_is_said(s3_server: S3Server) -> None:
    environment = on_s3(s3_server, "s3://by-command")
    first, second = (said(environment, "provision") for _ in range(2))
    assert first.exit_code == second.exit_code == 0
    assert first.output.splitlines() == [
        "bucket by-command: made",
        "bucket by-command: not public",
        "bucket by-command: half uploads end after 1 day, rule set",
    ]
    assert "is there" in second.output and "as before" in second.output
    assert s3_server.client().bucket_exists("by-command")


def test_a_store_that_refuses_ends_the_command_with_one_line(s3_server: S3Server) -> None:
    environment = on_s3(s3_server, "s3://by-command-refused") | {"AWS_SECRET_ACCESS_KEY": "guessed"}
    result = said(environment, "provision")
    assert result.exit_code == 1 and "s3://by-command-refused" in result.output
    assert "guessed" not in result.output


def test_without_settings_the_directory_of_the_suite_is_made(tmp_path: Path) -> None:
    result = said({"REELWRIGHT_DATA_DIR": str(tmp_path / "data")}, "provision")
    assert (result.exit_code, (tmp_path / "data" / "files").is_dir()) == (0, True)


def test_a_check_without_a_database_says_what_to_do(tmp_path: Path, postgres: Postgres) -> None:
    result = said({"REELWRIGHT_DATA_DIR": str(tmp_path)}, "check")
    assert result.exit_code == 1 and "start the suite once" in result.output
    empty = {"REELWRIGHT_DATA_DIR": str(tmp_path), "REELWRIGHT_DATABASE_URL": postgres.empty()}
    result = said(empty, "check")
    assert result.exit_code == 1 and "start the suite once" in result.output


@pytest.fixture
async def filled(pool: Pool, tmp_path: Path) -> Path:
    """A store with a file, an old object without a record, and the rests of a file that was lost."""
    directory = tmp_path / "store"
    library = Library(AssetIndex(pool), open_store(f"file://{directory}"))
    kept = await library.keep(TENANT, picture(tmp_path / "p"), slot="kept")
    lost = await library.keep(TENANT, tmp_path / "p", slot="lost")
    (directory / ORPHAN).parent.mkdir(parents=True, exist_ok=True)
    (directory / lost.key).rename(directory / ORPHAN)
    long_ago = time.time() - 25 * 3600
    os.utime(directory / ORPHAN, (long_ago, long_ago))
    return directory / kept.key


def test_a_check_names_what_is_lost_and_removes_only_when_told(database_url: str, filled: Path, tmp_path: Path) -> None:
    directory = tmp_path / "store"
    environment = {"REELWRIGHT_STORE_URL": f"file://{directory}", "REELWRIGHT_DATABASE_URL": database_url}
    for age_h in ("24", "0"):
        result = said(environment | {"REELWRIGHT_ORPHAN_AGE_H": age_h}, "check")
        assert result.exit_code == 1
        assert "without an object: 1" in result.output and ORPHAN in result.output
        assert (directory / ORPHAN).exists()
    result = said(environment, "check", "--remove")
    assert result.exit_code == 1 and "removed: 1 objects, 0 half-written files" in result.output
    assert not (directory / ORPHAN).exists() and filled.exists()
