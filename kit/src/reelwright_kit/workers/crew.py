"""The process that leads workers: starts them, starts again those that end, and ends with all of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from reelwright_kit import logs
from reelwright_kit.errors import CannotStart
from reelwright_kit.workers.tether import FLAG, READY

SIGNALS = (signal.SIGTERM, signal.SIGINT)
HOPELESS_AFTER = 5
"""Ends in a row of one worker, without having served in between, after which all are ended."""
LONG_S = 10.0
"""Seconds that a worker must have lived so that its end is not counted as one of a row."""
LONGEST_PAUSE_S = 5.0

log = logs.logger(__name__)


@dataclass(frozen=True)
class Trade:
    """What the workers do: `python -m module` with these variables beside the environment, and these sockets."""

    name: str
    module: str
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: Sequence[socket.socket] = ()

    def command(self, tether: int) -> list[str]:
        """The command of one worker."""
        descriptors = [tether, *(one.fileno() for one in self.sockets)]
        return [sys.executable, "-m", self.module, FLAG, *map(str, descriptors)]


class Worker:
    """One process, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process, line: asyncio.StreamReader) -> None:
        self._process = process
        self._line = line
        self._since = time.monotonic()
        self.ready = asyncio.Event()
        self.trouble = ""
        """Why it could not start, in its own words."""

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def lived_long(self) -> bool:
        """Whether it served for a while."""
        return self.ready.is_set() and time.monotonic() - self._since > LONG_S

    def signal(self, number: int) -> None:
        """Sends it a signal, if it is there."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def listen(self) -> None:
        """Hears what it says until it ends."""
        while line := (await self._line.readline()).decode().strip():
            if line == READY:
                self.ready.set()
            else:
                self.trouble = line

    async def ended(self) -> int:
        """Its exit code."""
        return await self._process.wait()


class Crew:
    """Keeps `count` workers."""

    def __init__(self, trade: Trade, count: int, port: int) -> None:
        self._trade = trade
        self._count = count
        self._port = port
        self._workers: set[Worker] = set()
        self._serving = 0
        self._stopping = asyncio.Event()
        self._codes: list[int] = []

    async def run(self) -> int:
        """Runs until a signal, which the workers get, and until they have ended; the exit code is 1 if one's is not 0.

        Raises CannotStart, when the others have ended, if a worker cannot serve at the start, or too often later.
        """
        self._heed_signals()
        keeping = [asyncio.create_task(self._keep()) for _ in range(self._count)]
        await asyncio.wait(keeping, return_when=asyncio.FIRST_EXCEPTION)
        self._stop(signal.SIGTERM)
        results = await asyncio.gather(*keeping, return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        return 1 if any(self._codes) else 0

    def _heed_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop, number, True)

    def _stop(self, number: int, again: bool = False) -> None:
        if self._stopping.is_set() and not again:
            return
        self._stopping.set()
        # A socket that is open here would go on taking callers whom nobody answers.
        for one in self._trade.sockets:
            one.close()
        for worker in self._workers:
            worker.signal(number)

    async def _keep(self) -> None:
        """Keeps one worker running."""
        failures = hopeless = 0
        while not self._stopping.is_set():
            async with self._hired() as worker:
                code = await self._work(worker)
            if self._stopping.is_set():
                # One that did not heed signals yet is ended by the signal itself.
                self._codes.append(0 if -code in SIGNALS else code)
                return
            served = worker.ready.is_set()
            hopeless = 0 if served else hopeless + 1
            failures = 1 if worker.lived_long else failures + 1
            if hopeless >= HOPELESS_AFTER or (hopeless and not self._began):
                raise CannotStart(worker.trouble or f"a worker ended with exit code {code} before it could serve")
            await self._pause(worker, code, failures)

    @property
    def _began(self) -> bool:
        """Whether all have served once."""
        return self._serving >= self._count

    @contextlib.asynccontextmanager
    async def _hired(self) -> AsyncIterator[Worker]:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.set_inheritable(True)
            process = await asyncio.create_subprocess_exec(
                *self._trade.command(theirs.fileno()),
                env=os.environ | dict(self._trade.environment),
                pass_fds=[theirs.fileno(), *(one.fileno() for one in self._trade.sockets)],
                # Ctrl-C is for the leader, who tells the workers.
                start_new_session=True,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = Worker(process, reader)
        self._workers.add(worker)
        if self._stopping.is_set():
            worker.signal(signal.SIGTERM)
        try:
            yield worker
        finally:
            self._workers.discard(worker)
            writer.close()

    async def _work(self, worker: Worker) -> int:
        listening = asyncio.create_task(worker.listen())
        noticing = asyncio.create_task(self._notice(worker))
        try:
            code = await worker.ended()
            # What it said last.
            await listening
        finally:
            noticing.cancel()
        return code

    async def _notice(self, worker: Worker) -> None:
        await worker.ready.wait()
        log.info("worker_serving", name=self._trade.name, worker=worker.pid)
        self._serving += 1
        if self._serving == self._count:
            log.info("serving", name=self._trade.name, port=self._port, workers=self._count)

    async def _pause(self, worker: Worker, code: int, failures: int) -> None:
        pause_s = min(0.1 * 2**failures, LONGEST_PAUSE_S)
        log.warning("worker_ended", name=self._trade.name, worker=worker.pid, code=code, again_in_s=pause_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._stopping.wait()


def lead(trade: Trade, count: int, port: int) -> None:
    """Runs `count` workers until a signal; ends this process with 0, or with 1 if one of them ended badly.

    Raises CannotStart when they cannot serve.
    """
    sys.exit(asyncio.run(Crew(trade, count, port).run()))
