"""The `store` commands: make the place of the files ready, and compare it with the records."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import psycopg
from obstore.exceptions import BaseError
from rich.console import Console

from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.checks import data_directory
from reelwright_cli.suite.postgres import private_postgres, require_reachable, running_private_postgres
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit import database
from reelwright_kit.assets.orphans import Findings, Orphans
from reelwright_kit.assets.provisioning import CannotProvision, provision
from reelwright_kit.assets.store import open_store
from reelwright_kit.errors import PartUnavailable
from reelwright_kit.settings import SettingsInvalid, StoreSettings

CONNECTIONS = 3
DEFAULT_AGE_H = 24.0
"""For looking by hand where removing by itself is switched off."""


def store_settings(suite: SuiteSettings, environment: Mapping[str, str]) -> StoreSettings:
    """The settings of the store that the suite uses."""
    files = (Path(suite.data_dir).expanduser().resolve() / "files").as_uri()
    try:
        return StoreSettings.load({**environment, "REELWRIGHT_STORE_URL": suite.store_url or files})
    except SettingsInvalid as error:
        raise Trouble(str(error)) from None


async def make_ready(settings: StoreSettings, console: Console) -> None:
    """Makes the store ready and says each thing that was done."""

    def work() -> None:
        for line in provision(settings.store_url, settings.s3):
            console.print(line, highlight=False, soft_wrap=True)

    try:
        await asyncio.to_thread(work)
    except CannotProvision as error:
        raise Trouble(str(error)) from None


async def check(suite: SuiteSettings, settings: StoreSettings, console: Console, *, remove: bool) -> bool:
    """Compares objects with records and says what it found; True when no file is lost."""
    age_h = settings.orphan_age_h or DEFAULT_AGE_H
    try:
        async with _database(suite) as url, database.connect(url, CONNECTIONS) as pool:
            store = open_store(settings.store_url, settings.s3)
            found = await Orphans(pool, store, age_h * 3600).check(remove=remove)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        raise Trouble("The database has no tables of this release yet; start the suite once.") from None
    except database.LOST as error:
        raise Trouble(f"The database cannot be reached: {error}") from None
    except (PartUnavailable, BaseError) as error:
        raise Trouble(f"{settings.store_url}: {str(error).partition(chr(10))[0]}") from None
    for line in _said(found, age_h, remove=remove):
        console.print(line, highlight=False, soft_wrap=True)
    return not found.rows and not (remove and found.foreign)


def _said(found: Findings, age_h: float, *, remove: bool) -> list[str]:
    mebibytes = found.object_bytes / 1024**2
    lines = [
        f"lost files, with a record and without an object: {found.rows}",
        *(f"  {asset}" for asset in found.some_rows),
        f"objects without a record, older than {age_h:g} h: {found.objects} ({mebibytes:.1f} MiB)",
        *(f"  {key}" for key in found.some_objects),
    ]
    if found.foreign:
        lines.append("the store belongs to another installation: nothing is removed")
    elif remove:
        lines.append(f"removed: {found.removed} objects, {found.half_written} half-written files")
    return lines


def _private(suite: SuiteSettings) -> Path:
    directory = Path(suite.data_dir).expanduser().resolve() / "postgres"
    if not directory.exists():
        raise Trouble(f"There is no database in {directory} yet; start the suite once.")
    return directory


@contextlib.asynccontextmanager
async def _database(suite: SuiteSettings) -> AsyncIterator[str]:
    """The suite's database, whether or not the suite runs."""
    if suite.database_url:
        await require_reachable(suite.database_url)
        yield suite.database_url
        return
    async with contextlib.AsyncExitStack() as stack:
        directory = _private(suite)
        if url := running_private_postgres(directory):
            yield url
            return
        stack.enter_context(data_directory(suite.data_dir))
        yield await stack.enter_async_context(private_postgres(directory))
