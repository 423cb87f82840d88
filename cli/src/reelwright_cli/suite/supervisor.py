"""Keeps the processes of the suite running: starts them, starts again those that die, and drains them at the end."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reelwright_cli.suite.parts import EDGE, FAKES, Part
from reelwright_cli.suite.trouble import Trouble

PROBE_EVERY_S = 0.1
WELL_PROBE_EVERY_S = 2.0
DRAIN_S = 8.0
START_TIMEOUT_S = 60.0
HOPELESS_AFTER = 5
"""Ends in a row, without having been well in between, after which a part is given up."""
LOG_TAIL_LINES = 5


class Health(enum.StrEnum):
    """How a part is."""

    STARTING = "starting"
    WELL = "well"
    SICK = "not answering"
    RESTARTING = "restarting"
    FINISHING = "awaits an answer"
    STOPPED = "stopped"


@dataclass
class Watched:
    """A part and how it is now."""

    part: Part
    log: Path
    health: Health = Health.STARTING
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    since: float = field(default_factory=time.monotonic)
    failures: int = 0

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Sends its process a signal."""
        if self.process:
            self.process.send_signal(number)

    def become(self, health: Health) -> None:
        """Notes a change."""
        if health is not self.health:
            self.health, self.since = health, time.monotonic()


class Supervisor:
    """Runs parts.

    At the end a part that is still alive after the drain gets `hand_over_s` more: a provider may owe it an answer that
    nobody else would ever know. `hurry` ends that.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        logs: Path,
        on_change: Callable[[Watched], None],
        hand_over_s: float = 0.0,
        hurry: asyncio.Event | None = None,
    ) -> None:
        logs.mkdir(exist_ok=True)
        self.watched = [Watched(part, logs / f"{part.name}.log") for part in parts]
        self._on_change = on_change
        self._hand_over_s = hand_over_s
        self._hurry = hurry or asyncio.Event()
        self._stopping = False
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Runs the parts while the block runs; the task it yields ends with Trouble when a part is given up."""
        keeping = asyncio.create_task(self._keep_all(), name="supervisor")
        try:
            yield keeping
        finally:
            await self._stop(keeping)

    async def all_well(self) -> None:
        """Returns when every part is well; raises Trouble when that takes too long."""
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                async with self._changed:
                    await self._changed.wait_for(lambda: all(one.health is Health.WELL for one in self.watched))
        except TimeoutError:
            late = next(one for one in self.watched if one.health is not Health.WELL)
            raise Trouble(
                f"{late.part.name} is not ready after {START_TIMEOUT_S:g} s. {_last_words(late.log)}"
            ) from None

    async def _keep_all(self) -> None:
        tasks = [asyncio.create_task(self._keep(one)) for one in self.watched]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, one: Watched) -> None:
        while not self._stopping:
            await self._start(one)
            probing = asyncio.create_task(self._probe(one))
            try:
                assert one.process is not None
                code = await one.process.wait()
            finally:
                probing.cancel()
            if self._stopping:
                return
            await self._ended(one, code)

    async def _start(self, one: Watched) -> None:
        part = one.part
        with one.log.open("ab") as log:
            try:
                one.process = await asyncio.create_subprocess_exec(
                    *leashed(part.command),
                    env=part.environment,
                    cwd=part.directory,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C is for the supervisor, which then stops its parts in order.
                    start_new_session=True,
                )
            except OSError as error:
                raise Trouble(f"{part.name} cannot be started ({error.strerror}): {part.command[0]}") from None
        await self._change(one, Health.STARTING)

    async def _ended(self, one: Watched, code: int) -> None:
        one.restarts += 1
        one.failures = 1 if one.health in (Health.WELL, Health.SICK) else one.failures + 1
        if one.failures >= HOPELESS_AFTER:
            raise Trouble(
                f"{one.part.name} ended {one.failures} times without becoming ready (last exit code {code}). "
                f"{_last_words(one.log)}"
            )
        await self._change(one, Health.RESTARTING)
        await asyncio.sleep(0.1 * 2**one.failures)

    async def _probe(self, one: Watched) -> None:
        while True:
            well = await one.part.well()
            if well:
                await self._change(one, Health.WELL)
            elif one.health is Health.WELL:
                await self._change(one, Health.SICK)
            await asyncio.sleep(WELL_PROBE_EVERY_S if well else PROBE_EVERY_S)

    async def _change(self, one: Watched, health: Health) -> None:
        if one.health is not health or health is Health.STARTING:
            one.become(health)
            self._on_change(one)
            async with self._changed:
                self._changed.notify_all()

    async def _stop(self, keeping: asyncio.Task[None]) -> None:
        self._stopping = True
        # The edge first, so that nobody is let in any more; then everything behind it at once. Who plays the vendors is
        # the last, as services may wait for its answers.
        edge, vendors = ([one for one in self.watched if one.part.name == name] for name in (EDGE, FAKES))
        await self._end(edge)
        await self._end([one for one in self.watched if one not in (*edge, *vendors)])
        await self._end(vendors)
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError, Trouble):
            await keeping

    async def _end(self, parts: Sequence[Watched]) -> None:
        alive = [one for one in parts if one.alive]
        for one in alive:
            with contextlib.suppress(ProcessLookupError):
                one.signal(signal.SIGTERM)
        await self._ends(alive, DRAIN_S)
        late = [one for one in alive if one.alive and one.part.hands_over and self._hand_over_s]
        for one in parts:
            if one in late or not one.alive:
                await self._change(one, Health.FINISHING if one in late else Health.STOPPED)
        await self._ends(late, self._hand_over_s)
        for one in [one for one in alive if one.alive]:
            one.signal(signal.SIGKILL)
        await self._ends(alive)
        for one in parts:
            await self._change(one, Health.STOPPED)

    async def _ends(self, parts: Sequence[Watched], timeout_s: float | None = None) -> None:
        """Waits for the end of all, so long; without a time whatever happens, else not when somebody is in a hurry."""
        ending = asyncio.ensure_future(asyncio.gather(*(one.process.wait() for one in parts if one.process)))
        hurrying = asyncio.ensure_future(self._hurry.wait())
        waited_for: set[asyncio.Future[Any]] = {ending} if timeout_s is None else {ending, hurrying}
        await asyncio.wait(waited_for, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        hurrying.cancel()


def leashed(command: list[str]) -> list[str]:
    """The command, taken along when a supervisor that is killed cannot stop it: nothing may be left running.

    A program in between rather than a function after the fork, because forking a process that runs gRPC is not safe.
    """
    return [sys.executable, "-S", "-E", str(Path(__file__).with_name("leash.py")), str(os.getpid()), *command]


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join([f"Its log, {log}, ends with:", *(f"  {line[:400]}" for line in lines[-LOG_TAIL_LINES:])])
