"""Paid jobs with random faults on a service that is killed at random times, drawn from a seed; then the books."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter

import grpc
import pytest

from reelwright_kit.ids import derived_id
from tests.chaos.mayhem import Life, Order, lives
from tests.paid.studio import Service, Studio, check_books, sweep

SECONDS = float(os.environ.get("CHAOS_SECONDS") or 40)
SEED = int(os.environ.get("CHAOS_SEED") or 1)
SETTLING_S = 150.0
"""What the jobs get to end after the last kill."""
MOST_UNFINISHED = 24
"""Nothing is ordered while so many jobs have not ended: they are to be killed often, not to pile up."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(SECONDS + SETTLING_S + 60)]


async def test_random_kills(studio: Studio) -> None:
    """CHAOS_SEED and CHAOS_SECONDS say which and for how long."""
    killed: list[str] = []
    try:
        executor = await kill_again_and_again(studio, killed)
        jobs = await settled(studio, executor)
        await check_left_over(studio)
        await sweep(studio)
        await check_books(studio, jobs, unknown=True)
    except BaseException as error:
        error.add_note(
            f"CHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:g}, after {len(killed)} kills: {', '.join(killed[-8:])}"
        )
        raise
    states = Counter(row["state"] for row in await studio.rows("select state from reelwright.jobs"))
    print(f"\nCHAOS_SEED={SEED}: {len(killed)} kills, {len(jobs)} jobs: {dict(states)}")
    assert states["SUCCEEDED"] and killed


async def kill_again_and_again(studio: Studio, killed: list[str]) -> int:
    """Lives and kills until the time is over; the number of the executor whose turn it is then."""
    executor, until = 0, time.monotonic() + SECONDS
    for life in lives(SEED):
        if time.monotonic() > until:
            break
        await one(studio, life, executor)
        killed.append(f"image-{executor} after {life.seconds:.2f} s")
        executor += life.replaced
    return executor


async def one(studio: Studio, life: Life, executor: int) -> None:
    """One life: it takes orders, works on them and older ones, and is killed when its time has come."""
    async with studio.service(f"image-{executor}") as service:
        orders = life.orders[: max(0, MOST_UNFINISHED - await unfinished(studio))]
        ordering = asyncio.create_task(place(service, orders))
        await asyncio.sleep(life.seconds)
        await service.process.kill()
        await ordering


async def place(service: Service, orders: tuple[Order, ...]) -> None:
    """Places the orders, as far as the service comes."""
    for order in orders:
        try:
            await service.create(order.vendor, order.prompt)
        except grpc.aio.AioRpcError as error:
            # Killed in the middle of the call; whether there is a job, the database knows.
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return


async def unfinished(studio: Studio) -> int:
    """How many jobs have not ended."""
    query = "select 1 from reelwright.jobs where state in ('QUEUED', 'RUNNING')"
    return len(await studio.rows(query))


async def check_left_over(studio: Studio) -> None:
    """Files without a row belong to jobs that came to nothing: no other run was to store them again."""
    failed = await studio.rows("select id, tenant from reelwright.jobs where state = 'FAILED'")
    slots = ("picture-1", "picture-1-preview-1")
    excused = {derived_id("ast", job["tenant"], job["id"], slot) for job in failed for slot in slots}
    kept = {row["key"] for row in await studio.rows("select key from reelwright.assets")}
    found = {path for path in studio.store.rglob("ast_*") if path.relative_to(studio.store).as_posix() not in kept}
    assert {path.name.partition(".")[0] for path in found} <= excused, found


async def settled(studio: Studio, executor: int) -> list[str]:
    """All jobs, after a service that was left in peace has ended them."""
    jobs = [str(row["id"]) for row in await studio.rows("select id from reelwright.jobs order by id")]
    async with studio.service(f"image-{executor}") as service, asyncio.timeout(SETTLING_S):
        for job in jobs:
            await service.done(job)
    return jobs
