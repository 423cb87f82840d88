"""Services that live in the process of the adapters: the one place that knows how to start one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator

import grpc

from reelwright_kit import telemetry
from reelwright_kit.errors import CannotStart


@contextlib.asynccontextmanager
async def housed(api: str) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the service `api`, which runs in this process while the block does, from its own environment.

    Raises CannotStart when its package is not installed here, or its environment is wrong.
    """
    try:
        # Only here: the adapters of a suite in containers do without this package.
        from reelwright_llm.app import in_process  # noqa: PLC0415
        from reelwright_llm.settings import LlmSettings  # noqa: PLC0415
    except ImportError as error:
        message = f"REELWRIGHT_{api.upper()}_ADDRESS: in-process needs the package reelwright-{api} beside the adapters"
        raise CannotStart(message) from error
    settings = LlmSettings.load(os.environ)
    spans = telemetry.configure(api, settings.otlp_endpoint)
    try:
        async with in_process(settings) as channel:
            yield channel
    finally:
        spans.shutdown()
