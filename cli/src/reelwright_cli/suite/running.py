"""Puts the suite together and runs it until somebody says stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from reelwright_cli.credentials import ADMIN_KEY_FILE, first_key
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.checks import data_directory, envoy_binary, require_free_port
from reelwright_cli.suite.parts import FAKES, lay_out
from reelwright_cli.suite.postgres import private_postgres, require_reachable
from reelwright_cli.suite.supervisor import Supervisor
from reelwright_cli.suite.table import StatusBoard
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.settings import SHORTEST_ADMIN_KEY, Secret


@contextlib.asynccontextmanager
async def suite(
    settings: SuiteSettings, board: StatusBoard, hurry: asyncio.Event | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """The suite, ready to serve; the task it yields ends with Trouble when a part is given up.

    When `hurry` is set, nothing that ends is waited for any more.
    """
    require_free_port(settings.port)
    envoy_binary()
    async with contextlib.AsyncExitStack() as stack:
        data = stack.enter_context(data_directory(settings.data_dir))
        settings = with_first_key(settings, data)
        url = await stack.enter_async_context(_database(settings, data))
        try:
            parts = lay_out(settings, data, url)
        except OSError as error:
            raise Trouble(f"The data directory {data} cannot be written ({error.strerror}).") from None
        supervisor = Supervisor(parts, data / "logs", board.changed, settings.hand_over_s, hurry)
        board.show(supervisor.watched)
        stack.callback(board.close)
        keeping = await stack.enter_async_context(supervisor.running())
        await _first(keeping, supervisor.all_well())
        yield keeping


async def up(settings: SuiteSettings, console: Console) -> None:
    """Runs the suite until SIGINT or SIGTERM; a second one ends everything at once."""
    board = StatusBoard(console, f"Reelwright on http://127.0.0.1:{settings.port}")
    stop, hurry = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
    serving = asyncio.create_task(_serve(settings, board, console, hurry))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not serving.done():
        console.print("Stopping (Ctrl-C again ends it at once)", highlight=False)
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: SuiteSettings, board: StatusBoard, console: Console, hurry: asyncio.Event) -> None:
    async with suite(settings, board, hurry) as keeping:
        if vendors := next((one.part.address for one in board.watched if one.part.name == FAKES), ""):
            console.print(f"Vendors are played by http://{vendors}; nothing is paid", highlight=False)
        if settings.auth == "keys" and not settings.admin_key:
            place = f"{settings.data_dir}/{ADMIN_KEY_FILE}"
            console.print(f"The first key is in {place}; commands here use it", highlight=False, soft_wrap=True)
        console.print(f"Ready on http://127.0.0.1:{settings.port} (Ctrl-C stops it)", highlight=False)
        await keeping


def with_first_key(settings: SuiteSettings, data: Path) -> SuiteSettings:
    """The settings with the secret of the first key where callers are known by keys; raises Trouble like first_key."""
    if settings.auth != "keys":
        return settings
    if settings.admin_key:
        if len(settings.admin_key) < SHORTEST_ADMIN_KEY:
            raise Trouble(f"REELWRIGHT_ADMIN_KEY: expected at least {SHORTEST_ADMIN_KEY} characters.")
        return settings
    try:
        return msgspec.structs.replace(settings, admin_key=Secret(first_key(data)))
    except OSError as error:
        raise Trouble(f"The first key cannot be kept in {data} ({error.strerror}).") from None


@contextlib.asynccontextmanager
async def _database(settings: SuiteSettings, data: Path) -> AsyncIterator[str]:
    if settings.database_url:
        await require_reachable(settings.database_url)
        yield settings.database_url
        return
    async with private_postgres(data / "postgres") as url:
        yield url


async def _first(keeping: asyncio.Task[None], wanted: Coroutine[Any, Any, object]) -> None:
    """Waits for `wanted`, or raises what ended the supervisor before."""
    waiting = asyncio.create_task(wanted)
    await asyncio.wait({keeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if keeping.done():
        waiting.cancel()
        keeping.result()
    await waiting
