"""A service started by a test as a process of its own, of which the test knows what it logs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Self

import grpc

REPOSITORY = Path(__file__).resolve().parents[1]
PATIENCE_S = 60.0


class ServiceProcess:
    """A running process; its log lines can be waited for."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[dict[str, Any]] = []
        self.noise: list[str] = []
        """Lines that are no JSON: on standard error, or printed by a library."""
        self._news = asyncio.Event()
        assert process.stdout is not None
        self._reading = asyncio.create_task(self._read(process.stdout))

    @classmethod
    async def start(cls, module: str, environment: Mapping[str, str], *arguments: str) -> Self:
        """Starts `python -m module`."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("REELWRIGHT_", "OTEL_"))}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=REPOSITORY,
            # One process is enough to see what a service does; tests of several say so.
            env=inherited | {"PYTHONUNBUFFERED": "1", "REELWRIGHT_WORKERS": "1"} | dict(environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
        )
        return cls(process)

    async def said(self, event: str, **fields: object) -> dict[str, Any]:
        """The first log line with this event and these fields; waits for it."""
        return await self._line(lambda line: line.get("event") == event and fields.items() <= line.items(), event)

    async def heard(self, beginning: str) -> dict[str, Any]:
        """The first log line whose event begins with this; waits for it."""
        return await self._line(lambda line: str(line.get("event")).startswith(beginning), beginning)

    async def _line(self, fits: Callable[[dict[str, Any]], bool], wanted: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                news = self._news
                for line in self.lines:
                    if fits(line):
                        return line
                if self._reading.done():
                    raise AssertionError(f"the process ended without saying {wanted}: {self.noise[-20:]}")
                await news.wait()

    async def news(self) -> None:
        """Returns when it has said something more, or has ended."""
        if not self._reading.done():
            await self._news.wait()

    async def address(self) -> str:
        """Where it listens, once it does."""
        return f"127.0.0.1:{(await self.said('serving'))['port']}"

    @contextlib.asynccontextmanager
    async def channel(self) -> AsyncIterator[grpc.aio.Channel]:
        """A connection to it."""
        async with grpc.aio.insecure_channel(await self.address()) as channel:
            yield channel

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(PATIENCE_S):
            code = await self._process.wait()
            await self._reading
        return code

    async def kill(self) -> None:
        """Ends it the hard way, if it has not ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self.ended()

    async def _read(self, output: asyncio.StreamReader) -> None:
        async for raw in output:
            try:
                line = json.loads(raw)
            except ValueError:
                line = None
            if isinstance(line, dict):
                self.lines.append(line)
            else:
                self.noise.append(raw.decode(errors="replace").rstrip())
            self._announce()
        self._announce()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
