"""A replica that is told to stop leaves what waits to its peers and begins nothing that is paid for."""

from __future__ import annotations

import asyncio
import signal

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from tests.paid.studio import Studio, check_books


async def test_what_waits_is_left_to_the_peers_and_no_second_piece_is_begun(studio: Studio) -> None:
    control = studio.fake.control
    async with studio.service("old") as old:
        held = (await old.create("fal", "a heron [fake:hold]", count=2)).id
        await asyncio.to_thread(control.wait_for, "held")
        async with studio.service("new") as new:
            await new.process.said("serving")
            old.process.signal(signal.SIGTERM)
            await old.process.said("draining")
            later = [(await new.create("fal", f"an egret {number}")).id for number in range(6)]
            for job in later:
                assert (await new.done(job)).state == pb.Job.STATE_SUCCEEDED
            assert list(studio.accepted(held)) == [f"{held}.picture-1"]
            control.release()
            assert await old.process.ended() == 0
            assert list(studio.accepted(held)) == [f"{held}.picture-1"]
            await asyncio.to_thread(control.wait_for, "held", count=2)
            control.release()
            assert (await new.done(held)).state == pb.Job.STATE_SUCCEEDED
            await check_books(studio, [held, *later])
