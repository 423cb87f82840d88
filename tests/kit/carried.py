"""A service that does as the id of a job says, and channels that carry calls to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit import caller
from reelwright_kit.access.gate import Gate
from reelwright_kit.carrying.channel import Carried, carried
from reelwright_kit.carrying.frames import METHOD
from reelwright_kit.carrying.landing import Landing
from reelwright_kit.client import IN_PROCESS
from reelwright_kit.errors import FieldInvalid, JobNotFound, PartUnavailable
from reelwright_kit.interceptors import interceptors
from reelwright_kit.server import SERVER_OPTIONS
from tests.gates import open_to_everybody

FAILURES: dict[str, Callable[[], Exception]] = {
    "known": lambda: JobNotFound("mil_1"),
    "field": lambda: FieldInvalid("prompt", "is empty"),
    "away": lambda: PartUnavailable("database"),
    "unknown": lambda: ValueError("a very private prompt"),
}
GET = "/reelwright.jobs.v1.JobService/GetJob"


class Scripted(rpc.JobServiceServicer):
    """Does as the job id says."""

    def __init__(self) -> None:
        self.begun, self.gone, self.go = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.heard = asyncio.Event()
        self.running = 0
        self.made = 0
        self.carried: list[bool] = []
        """Of each call, whether it was."""
        self.metadata: dict[str, str | bytes] = {}
        """Of the last call."""

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        self._hear(context)
        if failure := FAILURES.get(request.id):
            raise failure()
        if request.id == "no unicode":
            await context.abort(grpc.StatusCode.INTERNAL, "\ud800")
        if request.id == "away once" and len(self.carried) == 1:
            raise PartUnavailable("database")
        self.running += 1
        self.begun.set()
        try:
            if request.id == "never":
                await asyncio.Event().wait()
            if request.id == "wait":
                await self.go.wait()
        finally:
            self.running -= 1
            self.gone.set()
        caller.tell("x-ratelimit-limit-requests", "7")
        size = int(request.id.removeprefix("size-")) if request.id.startswith("size-") else 0
        known = caller.current()
        return pb.GetJobResponse(job=pb.Job(id=known.call_id, tenant=known.tenant, stage="x" * size))

    async def WatchJob(self, request: pb.WatchJobRequest, context: Any) -> AsyncIterator[pb.WatchJobResponse]:
        self._hear(context)
        try:
            caller.tell("x-ratelimit-limit-requests", "7")
            for number in range(1_000 if request.id == "many" else 3):
                self.made = number + 1
                if request.id == "wait" and number == 1:
                    self.begun.set()
                    await self.go.wait()
                yield pb.WatchJobResponse(event=pb.JobEvent(job=request.id, sequence=number + 1))
            if failure := FAILURES.get(request.id):
                raise failure()
        finally:
            self.gone.set()

    def _hear(self, context: Any) -> None:
        self.heard.set()
        self.carried.append(context.peer() == IN_PROCESS)
        self.metadata = dict(context.invocation_metadata())


class Counting(grpc.aio.ServerInterceptor):
    """Counts the streams that callers would have carry their calls, and the messages that come on them."""

    def __init__(self) -> None:
        self.streams = self.messages = 0

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        handler = await continuation(handler_call_details)
        if handler_call_details.method != METHOD:
            return handler
        self.streams += 1
        if handler is None:
            return None

        async def counted(requests: AsyncIterator[bytes], context: Any) -> None:
            async def each() -> AsyncIterator[bytes]:
                async for message in requests:
                    self.messages += 1
                    yield message

            await handler.stream_stream(each(), context)

        return grpc.stream_stream_rpc_method_handler(counted)


@dataclass
class Place:
    """A server, and what it serves."""

    servicer: Scripted = field(default_factory=Scripted)
    counting: Counting = field(default_factory=Counting)
    landing: Landing | None = None
    server: Any = None
    port: int = 0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serving(
    gate: Gate | None = None, *, port: int = 0, shared: bool = False, carries: bool = True
) -> AsyncIterator[Place]:
    """A server; one that does not carry is of an older release."""
    place, gate = Place(), gate or open_to_everybody()
    options = [*SERVER_OPTIONS, ("grpc.so_reuseport", int(shared))]
    place.server = server = grpc.aio.server(interceptors=[place.counting, *interceptors(gate)], options=options)
    place.landing = Landing(server, gate) if carries else None
    rpc.add_JobServiceServicer_to_server(place.servicer, cast(grpc.aio.Server, place.landing or server))
    place.port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield place
    finally:
        await server.stop(None)


@contextlib.asynccontextmanager
async def ready(place: Place, api: str = "llm") -> AsyncIterator[Carried]:
    """A channel that carries calls to a place; the contract of another API says that none of them is repeated."""
    async with carried(place.address, api) as channel:
        await channel.channel_ready()
        yield channel


def stub_of(channel: Any) -> Any:
    """The methods of the service."""
    return rpc.JobServiceStub(channel)


def asked(job: str) -> pb.GetJobRequest:
    """What asks for one answer."""
    return pb.GetJobRequest(id=job)


def watched(job: str) -> pb.WatchJobRequest:
    """What asks for many."""
    return pb.WatchJobRequest(id=job)
