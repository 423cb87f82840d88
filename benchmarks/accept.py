"""Jobs accepted in a second, each with a durable commit, next to what PostgreSQL commits."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator

import grpc
import psycopg

from benchmarks import stage
from benchmarks.rows import Row, percentile

IN_FLIGHT = (1, 16, 64)
SECONDS = 4

TABLE = "create table if not exists bench_jobs (like reelwright.jobs including all)"
INSERT = """
insert into bench_jobs (id, tenant, kind, queue, state, request, model, labels, latest_sequence, stage)
values ('img_' || gen_random_uuid(), 'local', 'image', 'image.local', 'QUEUED',
  '{"prompt": "Lighthouse 1 in a storm", "model": "", "count": 1, "width": 256, "height": 256, "references": 0}',
  'local/image', '{}', 1, 'queued');
"""


async def measure() -> AsyncIterator[Row]:
    """Rows for 1, 16 and 64 in flight: first the limit, then the service."""
    numbers = itertools.count()
    async with stage.database() as base, stage.image_service(base) as service, service.channel() as channel:
        await stage.pause_queue(base.url)
        yield Row("accept", f"the settings of PostgreSQL: {await _prepared(base.url)}", 0, {})
        script = base.directory / "insert.sql"
        await asyncio.to_thread(script.write_text, INSERT)
        for clients in IN_FLIGHT:
            limit = await stage.pgbench(base.url, script, clients, SECONDS)
            case, done = f"{clients} in flight: one INSERT, PostgreSQL alone", round(limit * SECONDS)
            yield Row("accept", case, done, {"commits_s": limit})
            yield await _service(channel, numbers, clients, limit)


async def _prepared(url: str) -> str:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(TABLE.encode())
        shown = [await (await connection.execute(f"show {name}".encode())).fetchone() for name in SETTINGS]
    return ", ".join(f"{name} {row[0]}" for name, row in zip(SETTINGS, shown, strict=True) if row)


SETTINGS = ("fsync", "synchronous_commit")


async def _service(channel: grpc.aio.Channel, numbers: Iterator[int], clients: int, limit: float) -> Row:
    images, took = stage.images(channel), list[float]()
    await images.CreateImage(stage.order(next(numbers)))
    began = time.perf_counter()

    async def client() -> None:
        while (start := time.perf_counter()) - began < SECONDS:
            await images.CreateImage(stage.order(next(numbers)))
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(client() for _ in range(clients)))
    rate = len(took) / (time.perf_counter() - began)
    figures = {"jobs_s": rate, "p50_ms": percentile(took, 50) * 1000, "p99_ms": percentile(took, 99) * 1000}
    return Row("accept", f"{clients} in flight: CreateImage over gRPC", len(took), figures, rate / limit)
