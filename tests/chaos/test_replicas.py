"""Two replicas of the image service: one is killed for good, or cut off from the database and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_kit.jobs.liveness import lock_key
from tests.chaos.cable import Cable, laid
from tests.chaos.moments import QUEUED, Scene, scene
from tests.paid.studio import Service, Studio, check_books

pytestmark = pytest.mark.chaos

TAKEN_OVER_WITHIN_S = 15.0

FIRST_NEWS = """
select job, min(extract(epoch from time))::float8 as at from reelwright.job_events
where job = any(%s) and time > to_timestamp(%s) group by job
"""


async def test_the_jobs_of_a_killed_replica_go_on_in_its_peer_within_15_s(studio: Studio) -> None:
    """Eight are followed and two are being submitted, to a provider that lists what it took, when it dies."""
    async with studio.service("image-0") as first, scene(studio, first) as broken:
        followed = [
            (await first.create(vendor, f"an otter {n} [fake:never]")).id for n in range(4) for vendor in QUEUED
        ]
        submitted = [(await first.create("replicate", f"an otter {n} [fake:hold]")).id for n in (8, 9)]
        jobs = followed + submitted
        await broken.until(
            "select 1 from reelwright.submissions where job = any(%s) and state = 'SUBMITTED'", followed, count=8
        )
        await asyncio.to_thread(studio.fake.control.wait_for, "held", count=2, timeout_s=30)
        async with studio.service("image-1") as second:
            idle = await second.create("fal", "an otter of the other one [fake:never]")
            await second.until(idle.id, "drawing")
            await first.process.kill()
            killed = time.time()
            finish_all(studio)
            for job in [*jobs, idle.id]:
                done = await second.done(job)
                assert done.state == pb.Job.STATE_SUCCEEDED, done
            news = {row["job"]: row["at"] - killed for row in await studio.rows(FIRST_NEWS, jobs, killed)}
            assert set(news) == set(jobs) and max(news.values()) < TAKEN_OVER_WITHIN_S, news
            await check_books(studio, [*jobs, idle.id])


def finish_all(studio: Studio) -> None:
    """Ends all work that the providers have taken."""
    for entry in studio.fake.control.ledger().submissions:
        if entry.provider_id is not None:
            studio.fake.control.finish(entry.provider_id)


LET_GO = """
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and objsubid = 1 and classid::bigint = %s and objid::bigint = %s
"""


@dataclass(frozen=True)
class Severed:
    """A replica whose cable can be cut, and the scene around it."""

    service: Service
    cable: Cable
    scene: Scene

    async def gave_up(self, vendor: str) -> None:
        """Waits until it has said that somebody else has the job of this vendor."""
        await self.service.process.said("job_taken_over_by_another", job=self.scene.jobs[vendor])


@contextlib.asynccontextmanager
async def severed(studio: Studio) -> AsyncIterator[Severed]:
    """The replica image-0."""
    async with (
        laid(studio.url) as (cable, url),
        studio.service("image-0", REELWRIGHT_DATABASE_URL=url) as service,
        scene(studio, service) as around,
    ):
        yield Severed(service, cable, around)


async def about_to_intend(lost: Severed, directive: str) -> None:
    """The replica is cut off while its jobs wait to write down their intents."""
    await lost.scene.locks.execute("lock table reelwright.submissions in share row exclusive mode")
    await lost.scene.create(QUEUED, directive)
    await lost.scene.until("select 1 from reelwright.jobs where state = 'RUNNING'", count=len(QUEUED))
    await lost.scene.until_locked_out()
    await lost.cable.cut()
    await lost.scene.locks.rollback()


async def test_who_comes_back_while_its_peer_submits_leaves_the_jobs_alone(studio: Studio) -> None:
    async with severed(studio) as lost:
        await about_to_intend(lost, "[fake:hold]")
        async with studio.service("image-1") as peer:
            await lost.scene.until_told("held")
            lost.cable.mend()
            await lost.gave_up("fal")
            studio.fake.control.release()
            await went_well(lost, peer)


async def test_who_comes_back_while_its_peer_is_refused_leaves_the_jobs_alone(studio: Studio) -> None:
    """Between two refusals nothing is under way, and nothing is unknown either."""
    async with severed(studio) as lost:
        await about_to_intend(lost, "[fake:429 times=2 retry_after_s=4]")
        async with studio.service("image-1") as peer:
            await lost.scene.until_told("rejected")
            lost.cable.mend()
            await lost.gave_up("fal")
            await went_well(lost, peer)


async def test_who_comes_back_while_its_peer_waits_for_the_provider_leaves_the_jobs_alone(studio: Studio) -> None:
    async with severed(studio) as lost:
        await about_to_intend(lost, "[fake:never]")
        async with studio.service("image-1") as peer:
            await lost.scene.until_submissions("SUBMITTED")
            lost.cable.mend()
            # Who hears of a job only when it is over stops without a word.
            for vendor in lost.scene.jobs:
                await lost.gave_up(vendor)
            finish_all(studio)
            await went_well(lost, peer)


async def went_well(lost: Severed, peer: Service) -> None:
    """Every job is done, by the peer, and the one that was lost knows that they are not its own any more."""
    for vendor, job in lost.scene.jobs.items():
        done = await peer.done(job)
        assert done.state == pb.Job.STATE_SUCCEEDED, done
        await lost.gave_up(vendor)
    await check_books(lost.scene.studio, list(lost.scene.jobs.values()))


async def test_who_stands_still_in_the_middle_of_a_transaction_does_not_stop_its_peer(studio: Studio) -> None:
    async with studio.service("image-0") as first, scene(studio, first) as around:
        await around.locks.execute("lock table reelwright.submissions in share row exclusive mode")
        await around.create(QUEUED)
        await around.until("select 1 from reelwright.jobs where state = 'RUNNING'", count=len(QUEUED))
        await around.until_locked_out()
        first.process.signal(signal.SIGSTOP)
        await around.locks.rollback()
        # What the server does to the one connection whose keepalives it minds.
        key = lock_key("image", "image-0") % (1 << 64)
        assert await studio.rows(LET_GO, key >> 32, key % (1 << 32))
        try:
            async with studio.service("image-1") as peer:
                jobs = list(around.jobs.values())
                for job in jobs:
                    assert (await peer.done(job)).state == pb.Job.STATE_SUCCEEDED
                first.process.signal(signal.SIGCONT)
                for job in jobs:
                    await first.process.said("job_taken_over_by_another", job=job)
                await check_books(studio, jobs)
        finally:
            first.process.signal(signal.SIGCONT)


async def test_an_answer_that_comes_to_a_replica_that_was_given_up_is_not_lost(studio: Studio) -> None:
    """fal has no list, so its job fails; what it answers to the lost replica is found by the retry."""
    async with severed(studio) as lost:
        await lost.scene.create(QUEUED, "[fake:hold] [fake:never]")
        await lost.scene.until_told("held")
        await lost.cable.cut()
        async with studio.service("image-1") as peer:
            jobs = lost.scene.jobs
            failed = await peer.done(jobs["fal"])
            (row,) = await studio.submissions(jobs["fal"])
            assert row["state"] == "AMBIGUOUS" and failed.cost.reserved_micros > 0
            await studio.row_in(jobs["replicate"], "picture-1", "SUBMITTED")
            studio.fake.control.release()
            await lost.scene.until_told("answered")
            lost.cable.mend()
            await lost.service.process.said("job_stopped", job=jobs["fal"])
            (late,) = await studio.submissions(jobs["fal"])
            assert late["state"] == "SUBMITTED" and late["provider_id"], late
            assert not studio.fake.control.events("cancelled")
            again = (await peer.jobs.RetryJob(pb.RetryJobRequest(id=jobs["fal"]))).job
            finish_all(studio)
            assert (await peer.done(jobs["fal"], again.latest_sequence)).state == pb.Job.STATE_SUCCEEDED
            assert (await peer.done(jobs["replicate"])).state == pb.Job.STATE_SUCCEEDED
            await check_books(studio, list(jobs.values()))
