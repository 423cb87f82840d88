"""A small service whose jobs do as they are told: started by tests as a process of its own."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import grpc
import msgspec

from reelwright_kit.backbone import SHARED_SERVICES, Backbone, backbone
from reelwright_kit.jobs.commission import ProviderFailed
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.jobs.model import Json
from reelwright_kit.jobs.work import Work
from reelwright_kit.server import main, serve
from reelwright_kit.settings import ServiceSettings
from tests.kit.orders import APP, QUEUE


class MillSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the mill."""

    diary: str = msgspec.field(name="MILL_DIARY")
    """File that every step appends a line to: its job and its name."""
    hands: int = msgspec.field(default=4, name="MILL_HANDS")
    """Jobs at a time."""


class Mill:
    """Runs the steps that a job's request lists; each is a name and what to do."""

    def __init__(self, base: Backbone, diary: Path) -> None:
        self._base = base
        self._diary = diary
        self._go = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._on_signal)

    def _on_signal(self) -> None:
        self._go.set()
        self._go = asyncio.Event()

    async def run(self, work: Work) -> Json:
        """Does one step after the other."""
        steps = work.job.request["steps"]
        for number, (name, deed) in enumerate(steps):
            await work.progress(100 * number / len(steps), name)
            await work.step(name, functools.partial(self._do, work, name, deed))
        return {"image": {}}

    async def _do(self, work: Work, name: str, deed: str) -> Json:
        again = f"{work.job.id} {name}" in self._diary.read_text().splitlines()
        self._write(work, name)
        match deed:
            case "note":
                pass
            case "hold once" if not again:
                await asyncio.Event().wait()
            case "wait for signal":
                await self._go.wait()
            case "grind":
                await work.in_thread(self._grind, work)
            case "refuse":
                raise ProviderFailed("mill", "said no", status=422)
            case "crash":
                secret = work.job.request["secret"]
                raise ValueError(f"secret: {secret}")
        return {"name": name}

    def _grind(self, should_stop: Callable[[], bool], work: Work) -> None:
        pause = threading.Event()
        while not should_stop():
            pause.wait(0.005)
        self._write(work, "stopped")

    def _write(self, work: Work, line: str) -> None:
        descriptor = os.open(self._diary, os.O_WRONLY | os.O_APPEND)
        os.write(descriptor, f"{work.job.id} {line}\n".encode())
        os.close(descriptor)


async def run(settings: MillSettings) -> None:
    """Runs the mill until it is told to stop."""
    async with backbone(APP, "mil", settings) as base:
        mill = Mill(base, Path(settings.diary))
        engine = base.engine((Queue(QUEUE, settings.hands, polling_interval_s=0.05),), {"mill": mill.run})

        def register(server: grpc.aio.Server) -> None:
            base.mount(server)

        async with engine.running():
            await serve(APP, settings, [*SHARED_SERVICES], register, base.probes, base.gate)


if __name__ == "__main__":
    main(APP, MillSettings, run)
