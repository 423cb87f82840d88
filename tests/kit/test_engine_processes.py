"""Durable work in processes that are killed, stopped and lost."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reelwright_kit.jobs.model import State
from tests.kit.orders import TENANT, seen, until
from tests.kit.yard import Steps, Yard, assert_whole, open_yard

THREE: Steps = [("first", "note"), ("second", "hold once"), ("third", "note")]


@pytest.fixture
async def yard(database_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    """A yard of the test's own."""
    async with open_yard(database_url, tmp_path) as opened:
        yield opened


async def test_a_killed_process_goes_on_after_its_last_finished_step(yard: Yard) -> None:
    job = await yard.admit(THREE)
    async with yard.mill() as first:
        await until(yard.feed, job, "second")
        await yard.noted(job, "second")
        await first.kill()
    async with yard.mill():
        events = await seen(yard.feed, job)
    assert yard.written(job) == ["first", "second", "second", "third"]
    assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert_whole(events)


async def test_a_stopped_process_leaves_its_jobs_to_the_next_one(yard: Yard) -> None:
    job = await yard.admit(THREE)
    async with yard.mill() as first:
        await yard.noted(job, "second")
        first.signal(signal.SIGTERM)
        assert await first.ended() == 0
    assert (await yard.jobs.get(TENANT, job)).state is State.RUNNING
    async with yard.mill():
        events = await seen(yard.feed, job)
    assert yard.written(job) == ["first", "second", "second", "third"]
    assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert_whole(events)


async def test_a_stopped_process_waits_for_its_threads(yard: Yard) -> None:
    job = await yard.admit([("grind", "grind")])
    async with yard.mill() as first:
        await yard.noted(job, "grind")
        first.signal(signal.SIGTERM)
        assert await first.ended() == 0
    assert yard.written(job) == ["grind", "stopped"]
    assert (await yard.jobs.get(TENANT, job)).state is State.RUNNING


async def test_the_jobs_of_a_lost_replica_are_taken_over_by_a_peer(yard: Yard) -> None:
    job = await yard.admit(THREE)
    async with yard.mill("one") as lost:
        await yard.noted(job, "second")
        async with yard.mill("two") as peer:
            await peer.said("serving")
            await lost.kill()
            began = time.monotonic()
            events = await seen(yard.feed, job)
            assert time.monotonic() - began < 15
    assert yard.written(job) == ["first", "second", "second", "third"]
    assert_whole(events)


async def test_a_live_replica_keeps_its_jobs(yard: Yard) -> None:
    job = await yard.admit([("hold", "hold once")])
    async with yard.mill("one") as owner:
        await yard.noted(job, "hold")
        async with yard.mill("two") as peer:
            await peer.said("serving")
            other = await yard.admit([("hold", "hold once")])
            await yard.noted(other, "hold")
            owner.signal(signal.SIGTERM)
            await owner.ended()
            assert not [line for line in peer.lines if line.get("event") == "jobs_taken_over"]
    assert yard.written(job) == ["hold"]


async def test_cancelling_a_parent_stops_its_children_in_every_process(yard: Yard) -> None:
    top = await yard.admit([("hold", "hold once")])
    child = await yard.admit([("grind", "grind")], parent=top)
    async with yard.mill("one", MILL_HANDS="1") as one, yard.mill("two", MILL_HANDS="1") as two:
        await yard.noted(top, "hold")
        await yard.noted(child, "grind")
        await yard.jobs.cancel(TENANT, top)
        stopping = [asyncio.create_task(process.said("job_stopped")) for process in (one, two)]
        assert {(await said)["job"] for said in stopping} == {top, child}
    assert yard.written(child) == ["grind", "stopped"]


async def test_a_wrong_variable_is_said_in_one_line(yard: Yard) -> None:
    async with yard.mill(REELWRIGHT_POOL_SIZE="many") as process:
        assert await process.ended() == 1
        assert process.noise == ["reelwright-mill: REELWRIGHT_POOL_SIZE: Expected `int`, got `str`"]
