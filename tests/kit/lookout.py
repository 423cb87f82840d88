"""A mill that counts, when told to, what its watchers have left behind: started by tests as a process of its own."""

from __future__ import annotations

import asyncio
import gc
import itertools
import signal
from pathlib import Path

import grpc

from reelwright_kit import logs
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.server import main, serve
from tests.kit.mill import Mill, MillSettings
from tests.kit.orders import APP, QUEUE

log = logs.logger(__name__)


def count_on_signal(feed: JobFeed) -> None:
    """On SIGUSR2, logs how many topics the feed holds and how many tasks there are."""
    numbers = itertools.count(1)

    def count() -> None:
        gc.collect()
        log.info("counted", number=next(numbers), topics=len(feed._topics), tasks=len(asyncio.all_tasks()))

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, count)


async def run(settings: MillSettings) -> None:
    """Runs until it is told to stop."""
    async with backbone(APP, "mil", settings) as base:
        mill = Mill(base, Path(settings.diary))
        engine = base.engine((Queue(QUEUE, settings.hands, polling_interval_s=0.05),), {"mill": mill.run})
        count_on_signal(base.feed)

        def register(server: grpc.aio.Server) -> None:
            base.mount(server)

        async with engine.running():
            await serve(APP, settings, [*SHARED_SERVICES], register, base.probes, base.gate)


if __name__ == "__main__":
    main(APP, MillSettings, run)
