"""Limits of a provider hold for all replicas together."""

from __future__ import annotations

import asyncio

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from tests.paid.studio import Service, Studio, check_books


async def _three_pictures_later(service: Service) -> None:
    """Long enough for every queue to have been looked at several times."""
    for number in range(3):
        assert (await service.done((await service.create("replicate", f"a finch {number}")).id)).percent == 100


async def test_no_more_jobs_run_at_a_provider_than_its_limit_allows(studio: Studio) -> None:
    studio.settings = {"FAL_IMAGE_CONCURRENT": "2"}
    control = studio.fake.control
    async with studio.service("image-0") as one, studio.service("image-1") as two:
        await two.process.address()
        jobs = [(await one.create("fal", f"a plover {number} [fake:hold]")).id for number in range(5)]
        await asyncio.to_thread(control.wait_for, "held", count=2)
        await _three_pictures_later(two)
        assert sum(len(studio.accepted(job)) for job in jobs) == 2
        waiting = [(await two.jobs.GetJob(pb.GetJobRequest(id=job))).job for job in jobs[2:]]
        assert [job.queue_position for job in waiting] == [0, 1, 2]
        for released in range(len(jobs)):
            await asyncio.to_thread(control.wait_for, "held", count=min(released + 2, len(jobs)))
            control.release()
        for job in jobs:
            assert (await two.done(job)).state == pb.Job.STATE_SUCCEEDED
        await check_books(studio, jobs)


async def test_no_more_jobs_begin_in_a_minute_than_the_rate_allows(studio: Studio) -> None:
    studio.settings = {"FAL_IMAGE_PER_MINUTE": "3"}
    async with studio.service() as service:
        jobs = [(await service.create("fal", f"a dunlin {number}")).id for number in range(5)]
        for job in jobs[:3]:
            assert (await service.done(job)).state == pb.Job.STATE_SUCCEEDED
        await _three_pictures_later(service)
        states = [(await service.jobs.GetJob(pb.GetJobRequest(id=job))).job.state for job in jobs[3:]]
        assert states == [pb.Job.STATE_QUEUED] * 2
