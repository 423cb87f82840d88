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

from reelwright.admin.v1 import admin_service_pb2_grpc
from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.audio.v1 import audio_service_pb2_grpc
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc, webhooks_service_pb2_grpc
from reelwright.llm.v1 import llm_service_pb2_grpc
from reelwright.story.v1 import story_service_pb2_grpc
from reelwright.video.v1 import video_service_pb2_grpc
from reelwright_cli.credentials import bearing, key_for
from reelwright_cli.settings import ClientSettings
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.settings import SettingsInvalid

Result = TypeVar("Result")

WAYS_OUT = {
    grpc.StatusCode.UNAUTHENTICATED: "The key of REELWRIGHT_API_KEY is unknown, expired or revoked: set another one.",
    grpc.StatusCode.PERMISSION_DENIED: "`reelwright balance` says what your key may do.",
}


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
    admin: admin_service_pb2_grpc.AdminServiceAsyncStub


@contextlib.asynccontextmanager
async def connected(target: str, key: str = "") -> AsyncIterator[Suite]:
    """The suite at `target`, host:port; `key` goes with every call."""
    async with grpc.aio.insecure_channel(target, interceptors=bearing(key)) as channel:
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
            admin_service_pb2_grpc.AdminServiceStub(channel),
        )


def client_settings() -> ClientSettings:
    """What the environment says of the suite to drive."""
    try:
        return ClientSettings.load(os.environ)
    except SettingsInvalid as error:
        raise Trouble(str(error)) from None


@contextlib.asynccontextmanager
async def the_suite() -> AsyncIterator[Suite]:
    """The suite that the environment names, with the key it gives."""
    settings = client_settings()
    async with connected(settings.target(), key_for(settings)) as suite:
        yield suite


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
    return f"{error.details()} ({error.code().name}) {way_out_of(error)}".rstrip()


def way_out_of(error: grpc.aio.AioRpcError) -> str:
    """What to do about a refusal that has to do with keys and money; empty for others."""
    if error.code() is grpc.StatusCode.UNAUTHENTICATED and not os.environ.get("REELWRIGHT_API_KEY"):
        return "Set REELWRIGHT_API_KEY to a key of this suite; `reelwright keys create NAME` makes one."
    return WAYS_OUT.get(error.code(), "")
