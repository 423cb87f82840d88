"""A job's event log as server-sent events, resumable from any event."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import grpc
from starlette.requests import Request
from starlette.responses import Response

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_gateway.rendering import line
from reelwright_gateway.streaming import Streamed
from reelwright_gateway.upstream import Metadata, Upstream, metadata
from reelwright_kit.errors import FieldInvalid

FINAL = frozenset({pb.Job.STATE_SUCCEEDED, pb.Job.STATE_FAILED, pb.Job.STATE_CANCELLED})
# What a stream that broke for no fault of the request looks like from here.
BROKEN = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MAX_SEQUENCE = 2**31 - 1


@dataclass(frozen=True)
class Progress:
    """Streams job events. `draining` is set when the process is about to stop."""

    upstream: Upstream
    heartbeat_s: float
    draining: asyncio.Event

    async def events(self, request: Request) -> Response:
        """`GET /api/v1/jobs/{id}/events`.

        Gives the events after `Last-Event-ID`, else after `after_sequence`, else all; 204 when no more will come.
        """
        job, after, told = request.path_params["id"], resume_point(request), metadata(request)
        current = (await self.upstream.jobs.GetJob(pb.GetJobRequest(id=job), metadata=told)).job
        if current.state in FINAL and after >= current.latest_sequence:
            return Response(status_code=204, headers=HEADERS)
        return Streamed(self._frames(job, after, told), media_type="text/event-stream", headers=HEADERS)

    async def _frames(self, job: str, after: int, told: Metadata) -> AsyncGenerator[bytes, None]:
        yield b"retry: 1000\n\n"
        events = follow(self.upstream, job, after, told)
        async with contextlib.aclosing(paced(events, self.heartbeat_s, self.draining)) as beats:
            async for event in beats:
                yield b": heartbeat\n\n" if event is None else frame(event)


def resume_point(request: Request) -> int:
    """Sequence number of the last event the client has; raises FieldInvalid naming the header or the parameter."""
    unknown = set(request.query_params) - {"after_sequence"}
    if unknown:
        raise FieldInvalid(min(unknown), "is not a parameter of this call")
    field, text = "after_sequence", request.query_params.get("after_sequence", "")
    if request.headers.get("last-event-id"):
        field, text = "Last-Event-ID", request.headers["last-event-id"]
    if text and not (text.isascii() and text.isdecimal() and int(text) <= MAX_SEQUENCE):
        raise FieldInvalid(field, "must be the sequence number of an event, 0 or more")
    return int(text or 0)


def frame(event: pb.JobEvent) -> bytes:
    """One event as the wire has it; types this release does not know keep their number."""
    known = pb.JobEvent.Type.values()
    name = (
        pb.JobEvent.Type.Name(event.type).removeprefix("TYPE_").lower() if event.type in known else f"type-{event.type}"
    )
    return f"id: {event.sequence}\nevent: {name}\ndata: {line(event)}\n\n".encode()


async def follow(upstream: Upstream, job: str, after: int, told: Metadata) -> AsyncGenerator[pb.JobEvent, None]:
    """The events after `after` up to the last, each once and in order, however often the stream of a service breaks."""
    last, ended, pause = after, False, FIRST_PAUSE_S
    while not ended:
        call = upstream.jobs.WatchJob(pb.WatchJobRequest(id=job, after_sequence=last), metadata=told)
        try:
            async for answer in call:
                if answer.event.sequence <= last:
                    continue
                # A job that was run again goes on after an end; only the service knows which end is the last.
                last, ended, pause = answer.event.sequence, _is_end(answer.event), FIRST_PAUSE_S
                yield answer.event
            ended = ended or await _has_ended(upstream, job, last, told)
        except grpc.aio.AioRpcError as error:
            if error.code() not in BROKEN:
                return
        finally:
            call.cancel()
        if not ended:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def _is_end(event: pb.JobEvent) -> bool:
    return event.type == pb.JobEvent.TYPE_STATE and event.state in FINAL


async def _has_ended(upstream: Upstream, job: str, last: int, told: Metadata) -> bool:
    current = (await upstream.jobs.GetJob(pb.GetJobRequest(id=job), metadata=told)).job
    return current.state in FINAL and last >= current.latest_sequence


async def paced(
    events: AsyncGenerator[pb.JobEvent, None], heartbeat_s: float, draining: asyncio.Event
) -> AsyncGenerator[pb.JobEvent | None, None]:
    """The events, and None whenever none came for `heartbeat_s`; ends early when `draining` is set."""

    async def step() -> pb.JobEvent | None:
        return await anext(events, None)

    drained = asyncio.create_task(draining.wait())
    pending = asyncio.create_task(step())
    try:
        while True:
            await asyncio.wait({pending, drained}, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
            if not pending.done():
                if drained.done():
                    return
                yield None
                continue
            event = pending.result()
            if event is None:
                return
            pending = asyncio.create_task(step())
            yield event
    finally:
        drained.cancel()
        pending.cancel()
        # In a task of its own: a client that goes away may cancel this one at every await, and the call must end too.
        await asyncio.shield(asyncio.create_task(_close(pending, events)))


async def _close(pending: asyncio.Task[pb.JobEvent | None], events: AsyncGenerator[pb.JobEvent, None]) -> None:
    await asyncio.wait({pending})
    await events.aclose()
