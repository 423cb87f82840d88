"""A film lot: every service as a process, on one database and one store, with the providers played; each can be killed.

Each service keeps its port over its lives, so that the others find it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.story.v1 import story_service_pb2_grpc
from reelwright_fakes.vendors import VENDORS
from tests.paid.studio import FINAL, MODELS, Studio
from tests.processes import ServiceProcess

SERVICES = ("llm", "image", "video", "audio", "story")
PATIENCE_S = 90.0

Wanted = Callable[[pb.JobEvent], bool]


@dataclass
class Premiere:
    """A film in the making, and all that has been said of it."""

    job: str
    events: list[pb.JobEvent] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, event: pb.JobEvent) -> None:
        """Takes down an event."""
        self.events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, wanted: Wanted) -> pb.JobEvent:
        """The first event that is wanted, also one that has passed; fails when the film ends before."""
        seen = 0
        async with asyncio.timeout(PATIENCE_S):
            while True:
                news = self._news
                for event in self.events[seen:]:
                    if wanted(event):
                        return event
                    assert event.type != pb.JobEvent.TYPE_STATE or event.state not in FINAL, event
                seen = len(self.events)
                await news.wait()

    async def ended(self) -> pb.JobEvent:
        """The event that ends it."""
        return await self.until(lambda event: event.type == pb.JobEvent.TYPE_STATE and event.state in FINAL)


@dataclass
class Lot:
    """The processes by service."""

    studio: Studio
    ports: dict[str, int]
    processes: dict[str, ServiceProcess] = field(default_factory=dict)
    channels: dict[str, grpc.aio.Channel] = field(default_factory=dict)
    lives: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))

    @property
    def story(self) -> story_service_pb2_grpc.StoryServiceAsyncStub:
        """StoryService."""
        return story_service_pb2_grpc.StoryServiceStub(self.channels["story"])

    def jobs(self, service: str) -> jobs_service_pb2_grpc.JobServiceAsyncStub:
        """JobService, as this service mounts it."""
        return jobs_service_pb2_grpc.JobServiceStub(self.channels[service])

    async def start(self, service: str) -> None:
        """Starts a service under its present identity; it need not be ready yet."""
        self.processes[service] = await ServiceProcess.start(f"reelwright_{service}", self._environment(service))

    async def kill(self, service: str, *, replaced: bool = False) -> None:
        """Ends a service as the kernel would and starts it again, or another one in its place."""
        await self.processes[service].kill()
        if replaced:
            self.lives[service] += 1
        await self.start(service)

    async def film(self, prompt: str, vendor: str) -> str:
        """Orders a small film with pictures of this vendor; its id."""
        models = story.FilmModels(image=MODELS[vendor])
        request = story.MakeFilmRequest(prompt=prompt, scenes=2, resolution=360, seed=7, models=models)
        return (await self.story.MakeFilm(request, wait_for_ready=True)).job.id

    @contextlib.asynccontextmanager
    async def watching(self, job: str, after: int = 0) -> AsyncIterator[Premiere]:
        """Listens to a film while the block runs, through whatever service is alive."""
        premiere = Premiere(job)
        task = asyncio.create_task(self._listen(premiere, after))
        try:
            yield premiere
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self, premiere: Premiere, after: int) -> None:
        last, turn = after, 0
        while True:
            jobs = self.jobs(SERVICES[turn % len(SERVICES)])
            try:
                async for answer in jobs.WatchJob(pb.WatchJobRequest(id=premiere.job, after_sequence=last)):
                    assert answer.event.sequence == last + 1
                    last = answer.event.sequence
                    premiere.say(answer.event)
                return
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
                    raise
                turn += 1

    def _environment(self, service: str) -> dict[str, str]:
        vendors = {name: value for v in VENDORS for name, value in v.environment(self.studio.fake.address).items()}
        addresses = {f"REELWRIGHT_{name.upper()}_ADDRESS": f"127.0.0.1:{port}" for name, port in self.ports.items()}
        return {
            "REELWRIGHT_LISTEN": f"127.0.0.1:{self.ports[service]}",
            "REELWRIGHT_DATABASE_URL": self.studio.url,
            "REELWRIGHT_STORE_URL": self.studio.store.as_uri(),
            "REELWRIGHT_EXECUTOR_ID": f"{service}-{self.lives[service]}",
            "REELWRIGHT_NOTICE_S": "0",
            "REELWRIGHT_DRAIN_S": "1",
            **addresses,
            **vendors,
            **self.studio.settings,
        }


@contextlib.asynccontextmanager
async def open_lot(studio: Studio) -> AsyncIterator[Lot]:
    """A lot where every service is ready."""
    lot = Lot(studio, _free_ports())
    try:
        async with contextlib.AsyncExitStack() as stack:
            # Two at a time: a start is work, and each has only so long for it.
            for wave in (SERVICES[0:2], SERVICES[2:4], SERVICES[4:]):
                for service in wave:
                    await lot.start(service)
                for service in wave:
                    address = await lot.processes[service].address()
                    channel = grpc.aio.insecure_channel(address, options=[("grpc.max_reconnect_backoff_ms", 500)])
                    lot.channels[service] = await stack.enter_async_context(channel)
            yield lot
    finally:
        for process in lot.processes.values():
            await process.kill()


def _free_ports() -> dict[str, int]:
    """A port for each service that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        probes = {service: stack.enter_context(socket.socket()) for service in SERVICES}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {service: int(probe.getsockname()[1]) for service, probe in probes.items()}
