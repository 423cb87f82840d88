"""The connection to a suite, and what its refusals look like on a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.audio.v1 import audio_service_pb2_grpc
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc, webhooks_service_pb2_grpc
from reelwright.llm.v1 import llm_service_pb2_grpc
from reelwright.story.v1 import story_service_pb2_grpc
from reelwright.video.v1 import video_service_pb2_grpc
from reelwright_cli.settings import ClientSettings
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.settings import SettingsInvalid

Result = TypeVar("Result")


@dataclass(frozen=True)
class Suite:
    """Stubs of a suite's services, all behind one address."""

    target: str
    jobs: jobs_service_pb2_grpc.JobServiceAsyncStub
    webhooks: webhooks_service_pb2_grpc.WebhookServiceAsyncStub
    assets: assets_service_pb2_grpc.AssetServiceAsyncStub
    story: story_service_pb2_grpc.StoryServiceAsyncStub
    image: image_service_pb2_grpc.ImageServiceAsyncStub
    video: video_service_pb2_grpc.VideoServiceAsyncStub
    audio: audio_service_pb2_grpc.AudioServiceAsyncStub
    llm: llm_service_pb2_grpc.LlmServiceAsyncStub


@contextlib.asynccontextmanager
async def connected(target: str) -> AsyncIterator[Suite]:
    """The suite at `target`, host:port."""
    async with grpc.aio.insecure_channel(target) as channel:
        yield Suite(
            target,
            jobs_service_pb2_grpc.JobServiceStub(channel),
            webhooks_service_pb2_grpc.WebhookServiceStub(channel),
            assets_service_pb2_grpc.AssetServiceStub(channel),
            story_service_pb2_grpc.StoryServiceStub(channel),
            image_service_pb2_grpc.ImageServiceStub(channel),
            video_service_pb2_grpc.VideoServiceStub(channel),
            audio_service_pb2_grpc.AudioServiceStub(channel),
            llm_service_pb2_grpc.LlmServiceStub(channel),
        )


def client_target() -> str:
    """Where the environment says the suite is."""
    try:
        return ClientSettings.load(os.environ).target()
    except SettingsInvalid as error:
        raise Trouble(str(error)) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a command; what went wrong is said in one line, with exit code 1."""
    try:
        return asyncio.run(work)
    except Trouble as trouble:
        sys.exit(f"reelwright: {trouble}")
    except grpc.aio.AioRpcError as error:
        sys.exit(f"reelwright: {explained(error)}")
    except KeyboardInterrupt:
        sys.exit(130)


def explained(error: grpc.aio.AioRpcError) -> str:
    """A refusal in words."""
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        way_out = "Start one with `reelwright up`, or set REELWRIGHT_PORT or REELWRIGHT_ADDRESS."
        return f"no suite answers ({error.details()}). {way_out}"
    return f"{error.details()} ({error.code().name})"
