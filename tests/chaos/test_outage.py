"""The database goes away for ten seconds in the middle of paid jobs: no takeover, and nothing is bought twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_fakes.testing import running
from tests.chaos.moments import scene
from tests.chaos.test_replicas import finish_all
from tests.paid.studio import MODELS, PATIENCE_S, Service, Studio, check_books
from tests.postgres import Postgres, running_postgres

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

OUTAGE_S = 10.0


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that nobody else needs."""
    with running_postgres() as server:
        yield server


async def test_jobs_outlast_a_database_that_is_away_for_ten_seconds(own_postgres: Postgres, tmp_path: Path) -> None:
    with running() as fake:
        studio = Studio(own_postgres.fresh(), fake, tmp_path)
        async with studio.service("image-0") as first, studio.service("image-1") as second:
            jobs = await busy(studio, (first, second))
            own_postgres.stop()
            try:
                # What was on its way is answered, and what was drawn is finished, while nobody can write it down.
                fake.control.release()
                finish_all(studio)
                await refused_for(OUTAGE_S, (first, second))
            finally:
                own_postgres.start()
            for job in jobs:
                done = await back(first, job)
                assert done.state == pb.Job.STATE_SUCCEEDED, done
            for service in (first, second):
                said = {line.get("event") for line in service.process.lines}
                assert "jobs_taken_over" not in said and "liveness_interrupted" in said
            assert all(list(studio.accepted(job).values()) == [1] for job in jobs)
            await check_books(studio, jobs)


async def busy(studio: Studio, services: tuple[Service, Service]) -> list[str]:
    """Jobs of two replicas: four are being submitted, four are followed, and twelve more come."""
    async with scene(studio, services[0]) as now:
        submitted = [
            (await services[n % 2].create(vendor, f"a moth {n} [fake:hold]")).id
            for n, vendor in enumerate(("openai", "fal", "replicate", "openai"))
        ]
        followed = [(await services[n % 2].create("replicate", f"a bee {n} [fake:never]")).id for n in range(4)]
        await asyncio.to_thread(studio.fake.control.wait_for, "held", count=len(submitted), timeout_s=PATIENCE_S / 2)
        await now.until("select 1 from reelwright.submissions where state = 'SUBMITTED'", count=len(followed))
        waiting = [(await services[n % 2].create("fal", f"a wasp {n} [fake:polls=2]")).id for n in range(12)]
        return submitted + followed + waiting


async def refused_for(seconds: float, services: tuple[Service, Service]) -> None:
    """Calls are refused for so long, each as one that may be made again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for service in services:
            assert await _retry_after_s(service) > 0


async def _retry_after_s(service: Service) -> float:
    request = image.CreateImageRequest(prompt="a gnat", model=MODELS["fal"])
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await service.image.CreateImage(request)
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    packed = dict(raised.value.trailing_metadata() or ())["grpc-status-details-bin"]
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status_pb2.Status.FromString(bytes(packed)).details)
    return float(retry.retry_delay.ToTimedelta().total_seconds())


async def back(service: Service, job: str) -> pb.Job:
    """The job once it has ended; asked again while the service finds its way back to the database."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await service.done(job)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
