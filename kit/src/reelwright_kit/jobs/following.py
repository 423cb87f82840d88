"""Follows a job from outside, by gRPC: each event once and in order, however often the stream breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc

FINAL = frozenset({pb.Job.STATE_SUCCEEDED, pb.Job.STATE_FAILED, pb.Job.STATE_CANCELLED})

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
"""What a stream that broke for no fault of the request looks like from here."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0

Metadata = Sequence[tuple[str, str]]


async def follow(
    jobs: rpc.JobServiceAsyncStub, job: str, after: int = 0, metadata: Metadata = ()
) -> AsyncGenerator[pb.JobEvent, None]:
    """The events after sequence number `after` up to the last one; raises AioRpcError when the request is refused."""
    last, ended, pause_s = after, False, FIRST_PAUSE_S
    while not ended:
        call = jobs.WatchJob(pb.WatchJobRequest(id=job, after_sequence=last), metadata=tuple(metadata))
        try:
            async for answer in call:
                if answer.event.sequence > last:
                    # A job that was run again goes on after an end; only the service knows which end is the last.
                    last, ended, pause_s = answer.event.sequence, _is_end(answer.event), FIRST_PAUSE_S
                    yield answer.event
            ended = ended or await _has_ended(jobs, job, last, metadata)
        except grpc.aio.AioRpcError as error:
            if error.code() not in BROKEN:
                raise
            # An end may have come just before the stream broke, and need not be the last.
            ended = False
        finally:
            call.cancel()
        if not ended:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def _is_end(event: pb.JobEvent) -> bool:
    return event.type == pb.JobEvent.TYPE_STATE and event.state in FINAL


async def _has_ended(jobs: rpc.JobServiceAsyncStub, job: str, last: int, metadata: Metadata) -> bool:
    current = (await jobs.GetJob(pb.GetJobRequest(id=job), metadata=tuple(metadata))).job
    return current.state in FINAL and last >= current.latest_sequence
