"""A server of this process behind a gate, whose jobs show who calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit import caller
from reelwright_kit.access.gate import Gate
from reelwright_kit.interceptors import interceptors


class Mirror(rpc.JobServiceServicer):
    """Shows callers themselves, and lets them wait for ever."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        """A call that waited was ended from outside."""

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        known = caller.current()
        labels = {"key": known.key, "job": known.job, "scopes": " ".join(sorted(known.scopes))}
        return pb.GetJobResponse(job=pb.Job(id=request.id, tenant=known.tenant, labels=labels))

    async def WatchJob(self, request: pb.WatchJobRequest, context: Any) -> AsyncIterator[pb.WatchJobResponse]:
        yield pb.WatchJobResponse(event=pb.JobEvent(job=request.id))
        await self._for_ever()

    async def WaitJob(self, request: pb.WaitJobRequest, context: Any) -> pb.WaitJobResponse:
        await self._for_ever()
        return pb.WaitJobResponse()

    async def _for_ever(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


@contextlib.asynccontextmanager
async def served(gate: Gate, mirror: Mirror | None = None) -> AsyncIterator[rpc.JobServiceAsyncStub]:
    """JobService of a server behind `gate`."""
    server = grpc.aio.server(interceptors=interceptors(gate))
    rpc.add_JobServiceServicer_to_server(mirror or Mirror(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield rpc.JobServiceStub(channel)
    await server.stop(None)


async def who(stub: rpc.JobServiceAsyncStub, *sent: tuple[str, str]) -> tuple[str, str, str, str]:
    """Tenant, key, job and scopes of the caller, as the server sees it."""
    job = (await stub.GetJob(pb.GetJobRequest(id="x"), metadata=sent)).job
    return job.tenant, job.labels["key"], job.labels["job"], job.labels["scopes"]


async def refused(call: Any) -> str:
    """The code that a call fails with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"
