"""The services, each started once as a process of its own, on one database and one store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import pytest
import pytest_asyncio

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.audio.v1 import audio_service_pb2_grpc
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright.llm.v1 import llm_service_pb2_grpc
from reelwright.story.v1 import story_service_pb2_grpc
from reelwright.video.v1 import video_service_pb2_grpc
from tests.postgres import Postgres
from tests.processes import ServiceProcess

SERVICES = ("llm", "image", "video", "audio", "story")
PATIENCE_S = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The processes and the channels to them live as long as the session: so does the loop that reads them.
    for item in items:
        if "tests/services" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(frozen=True)
class Suite:
    """Channels to the services by name, and their stubs."""

    channels: dict[str, grpc.aio.Channel]

    @property
    def llm(self) -> llm_service_pb2_grpc.LlmServiceAsyncStub:
        return llm_service_pb2_grpc.LlmServiceStub(self.channels["llm"])

    @property
    def image(self) -> image_service_pb2_grpc.ImageServiceAsyncStub:
        return image_service_pb2_grpc.ImageServiceStub(self.channels["image"])

    @property
    def video(self) -> video_service_pb2_grpc.VideoServiceAsyncStub:
        return video_service_pb2_grpc.VideoServiceStub(self.channels["video"])

    @property
    def audio(self) -> audio_service_pb2_grpc.AudioServiceAsyncStub:
        return audio_service_pb2_grpc.AudioServiceStub(self.channels["audio"])

    @property
    def story(self) -> story_service_pb2_grpc.StoryServiceAsyncStub:
        return story_service_pb2_grpc.StoryServiceStub(self.channels["story"])

    def jobs(self, service: str = "image") -> jobs_service_pb2_grpc.JobServiceAsyncStub:
        """JobService, as this service mounts it."""
        return jobs_service_pb2_grpc.JobServiceStub(self.channels[service])

    def assets(self, service: str = "image") -> assets_service_pb2_grpc.AssetServiceAsyncStub:
        """AssetService, as this service mounts it."""
        return assets_service_pb2_grpc.AssetServiceStub(self.channels[service])

    async def done(self, job: pb.Job) -> pb.Job:
        """A job that has succeeded; watched through a service that need not be the one that works on it."""
        last = pb.JobEvent()
        async with asyncio.timeout(PATIENCE_S):
            async for answer in self.jobs("llm").WatchJob(pb.WatchJobRequest(id=job.id)):
                last = answer.event
        assert last.state == pb.Job.STATE_SUCCEEDED, last
        return (await self.jobs("llm").GetJob(pb.GetJobRequest(id=job.id))).job


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def suite(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """All five services."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": postgres.fresh(),
        "REELWRIGHT_STORE_URL": f"file://{tmp_path_factory.mktemp('services')}",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_FETCH_HTTP": "true",
        "REELWRIGHT_FETCH_ALLOW": "127.0.0.1/32",
        "REELWRIGHT_DRAIN_S": "1",
        "REELWRIGHT_PATIENCE_S": "1",
    }
    async with contextlib.AsyncExitStack() as stack:
        processes = {name: await ServiceProcess.start(f"reelwright_{name}", environment) for name in SERVICES}
        for process in processes.values():
            stack.push_async_callback(process.kill)
        channels = {
            name: await stack.enter_async_context(grpc.aio.insecure_channel(await process.address()))
            for name, process in processes.items()
        }
        yield Suite(channels)
