"""From a runner that says something to those who watch the job: a hundred running jobs, three watchers each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator

import grpc

from benchmarks import stage
from benchmarks.rows import Row, waited
from benchmarks.speaker import CHANNEL, JOBS, WORDS
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_kit.database import connect_alone

WATCHERS = 3
CONNECTIONS = 4


async def measure() -> AsyncIterator[Row]:
    """Rows for PostgreSQL's notification alone, one with a durable row, and events of jobs through the service."""
    async with stage.database() as base, stage.image_service(base) as service:
        bare = waited("fan-out", "NOTIFY to LISTEN, nothing written", await _heard(base.url, "notify"))
        yield bare
        yield waited("fan-out", "INSERT and NOTIFY to LISTEN", await _heard(base.url, "insert"), bare)
        said = await _watched(base.url, await service.address())
        yield waited("fan-out", f"event of {JOBS} jobs to {WATCHERS} watchers each, gRPC", said, bare)


@contextlib.asynccontextmanager
async def _speaker(url: str, what: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """The process that speaks, silent until a line is written to it, and its jobs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.speaker", url, what),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    try:
        yield process, json.loads(await process.stdout.readline())
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _begin(process: asyncio.subprocess.Process) -> None:
    assert process.stdin
    process.stdin.write(b"go\n")


def _age_s(word: str) -> float:
    return (time.monotonic_ns() - int(word)) / 1e9


async def _heard(url: str, what: str) -> list[float]:
    async with await connect_alone(url) as connection, _speaker(url, what) as (process, _):
        await connection.execute(f"listen {CHANNEL}".encode())
        _begin(process)
        return [_age_s(notice.payload) async for notice in connection.notifies(stop_after=JOBS * WORDS)]


async def _watched(url: str, address: str) -> list[float]:
    ages, listening = list[float](), asyncio.Semaphore(0)

    async def watch(channel: grpc.aio.Channel, job: str) -> None:
        known = True
        async for answer in stage.jobs(channel).WatchJob(pb.WatchJobRequest(id=job)):
            if answer.event.message:
                ages.append(_age_s(answer.event.message))
            elif known:
                known = False
                listening.release()

    async with contextlib.AsyncExitStack() as stack:
        options = [("grpc.use_local_subchannel_pool", 1)]
        opened = [grpc.aio.insecure_channel(address, options=options) for _ in range(CONNECTIONS)]
        channels = [await stack.enter_async_context(channel) for channel in opened]
        process, jobs = await stack.enter_async_context(_speaker(url, "jobs"))
        watching = [
            asyncio.create_task(watch(channels[number % CONNECTIONS], job))
            for number, job in enumerate(jobs * WATCHERS)
        ]
        for _ in watching:
            await listening.acquire()
        _begin(process)
        await asyncio.gather(*watching)
    return ages
