"""How the parts of a suite end: politely, as long as a provider may owe one of them an answer, or at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reelwright_cli.suite import supervisor
from reelwright_cli.suite.parts import Part
from reelwright_cli.suite.supervisor import Health, Supervisor, Watched

PATIENCE_S = 30.0

# Ends when it is told to, but only after somebody has written the answer it waits for.
SLOW = """
import os, signal, sys
from pathlib import Path
def stop(*_):
    Path("told").touch()
    with open("answer") as answer:
        Path("written").write_text(answer.read())
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
Path("up").touch()
while True:
    signal.pause()
"""


class Parts:
    """A supervisor with one part that owes an answer, and what became of it."""

    def __init__(self, directory: Path, *, hands_over: bool = True) -> None:
        self.directory = directory
        self.hurry = asyncio.Event()
        self.changes: list[Health] = []
        self.finishing = asyncio.Event()
        os.mkfifo(directory / "answer")
        command = [sys.executable, "-S", "-c", SLOW]
        part = Part("image", command, dict(os.environ), directory, 1, self._well, hands_over)
        self.supervisor = Supervisor([part], directory / "logs", self._changed, 20.0, self.hurry)

    async def _well(self) -> bool:
        return (self.directory / "up").exists()

    def _changed(self, one: Watched) -> None:
        self.changes.append(one.health)
        if one.health is Health.FINISHING:
            self.finishing.set()

    @contextlib.asynccontextmanager
    async def stopping(self) -> AsyncIterator[asyncio.Task[None]]:
        """The stopping of the suite, which has been asked for."""

        async def whole() -> None:
            async with self.supervisor.running():
                await self.supervisor.all_well()

        task = asyncio.create_task(whole())
        async with asyncio.timeout(PATIENCE_S):
            yield task
            await task


@pytest.fixture(autouse=True)
def short_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are late soon."""
    monkeypatch.setattr(supervisor, "DRAIN_S", 0.3)


async def test_a_part_gets_the_answer_a_provider_owes_it_and_ends_by_itself(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    async with parts.stopping():
        await parts.finishing.wait()
        await asyncio.to_thread((tmp_path / "answer").write_text, "req_1")

    assert (tmp_path / "written").read_text() == "req_1"
    assert parts.changes == [Health.STARTING, Health.WELL, Health.FINISHING, Health.STOPPED]
    assert parts.supervisor.watched[0].process and parts.supervisor.watched[0].process.returncode == 0


async def test_whoever_is_in_a_hurry_waits_no_longer(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    async with parts.stopping() as task:
        await parts.finishing.wait()
        began = time.monotonic()
        parts.hurry.set()
        await task

    assert time.monotonic() - began < 5
    assert not (tmp_path / "written").exists()
    assert not parts.supervisor.watched[0].alive


async def test_parts_that_owe_nothing_get_the_drain_alone(tmp_path: Path) -> None:
    parts = Parts(tmp_path, hands_over=False)
    async with parts.stopping():
        pass

    assert parts.changes == [Health.STARTING, Health.WELL, Health.STOPPED]
    assert (tmp_path / "told").exists() and not (tmp_path / "written").exists()
