"""A service that is told to stop, or loses a part it needs, loses nothing that was paid for."""

from __future__ import annotations

import asyncio
import shutil
import signal

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from tests.paid.studio import Studio, check_books


async def test_a_stopping_process_waits_for_the_answers_that_providers_owe(studio: Studio) -> None:
    """Told to stop while submissions are unanswered: the answers are written down, and the next process goes on."""
    control = studio.fake.control
    async with studio.service() as first:
        jobs = [(await first.create(vendor, "a gull [fake:hold]")).id for vendor in ("openai", "fal")]
        await asyncio.to_thread(control.wait_for, "held", count=2)
        first.process.signal(signal.SIGTERM)
        await first.process.said("draining")
        control.release()
        assert await first.process.ended() == 0
        states = {row["state"] for job in jobs for row in await studio.submissions(job)}
        assert states == {"SETTLED", "SUBMITTED"}
    async with studio.service() as second:
        for job in jobs:
            assert (await second.done(job)).state == pb.Job.STATE_SUCCEEDED
        await check_books(studio, jobs)


async def test_a_process_that_may_wait_no_longer_leaves_the_submission_in_doubt(studio: Studio) -> None:
    async with studio.service(REELWRIGHT_HAND_OVER_S="0") as first:
        job = (await first.create("fal", "a gull [fake:hold]")).id
        await asyncio.to_thread(studio.fake.control.wait_for, "held")
        first.process.signal(signal.SIGTERM)
        assert await first.process.ended() == 0
    async with studio.service() as second:
        assert "SUBMISSION_UNKNOWN" in str((await second.done(job)).error)
        await check_books(studio, [job], unknown=True)


async def test_a_store_that_is_away_is_waited_for_with_the_picture_in_hand(studio: Studio) -> None:
    """The directory of the store is gone when the picture comes, and is back later."""
    control = studio.fake.control
    async with studio.service() as service:
        job = (await service.create("fal", "a tern [fake:hold at=download]")).id
        await asyncio.to_thread(control.wait_for, "held")
        shutil.rmtree(studio.store)
        studio.store.write_text("not a directory")
        control.release()
        await service.process.said("store_unreachable")
        studio.store.unlink()
        studio.store.mkdir()
        assert (await service.done(job)).state == pb.Job.STATE_SUCCEEDED
        assert list(studio.accepted(job).values()) == [1]


async def test_a_job_cancelled_while_nobody_knew_its_answer_is_retried_at_the_first_asking(studio: Studio) -> None:
    """Its process dies with the answer, it is cancelled, and somebody wants it after all."""
    control = studio.fake.control
    async with studio.service() as first:
        job = (await first.create("fal", "a knot [fake:hold]")).id
        await asyncio.to_thread(control.wait_for, "held")
        await first.process.kill()
    async with studio.service("image-1") as second:
        await second.jobs.CancelJob(pb.CancelJobRequest(id=job))
        refused = await second.refusal(second.jobs.RetryJob(pb.RetryJobRequest(id=job)))
        assert refused.reason == "SUBMISSION_UNKNOWN"
        again = await second.jobs.RetryJob(pb.RetryJobRequest(id=job, accept_possible_duplicate=True))
        done = await second.done(job, again.job.latest_sequence)
        assert done.state == pb.Job.STATE_SUCCEEDED
        assert [row["state"] for row in await studio.submissions(job)] == ["SETTLED", "WRITTEN_OFF"]
