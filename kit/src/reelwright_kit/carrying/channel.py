"""A channel whose calls are carried where they can be, and are plain calls of gRPC where they cannot."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc

from reelwright_kit.carrying.calls import Streaming, Unary, Way
from reelwright_kit.carrying.carrier import Carrier
from reelwright_kit.carrying.frames import MESSAGE_BYTES, METADATA_BYTES, METHOD, Pairs
from reelwright_kit.carrying.policies import policies
from reelwright_kit.client import MAX_MESSAGE_BYTES, connect
from reelwright_kit.interceptors.wrapping import OURS

ASK_AGAIN_S = 60.0
"""Calls are plain for so long at a server that carries none."""
TRY_AGAIN_S = 1.0
"""Calls are plain for so long at a server that is about to leave."""


class Carried:
    """A channel to one service. The first call opens a stream; until it is there, calls are plain."""

    def __init__(self, channel: grpc.aio.Channel, api: str, receive_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._channel = channel
        self._carry: Any = channel.stream_stream(METHOD)
        self._policy = policies(api)
        self._receive_bytes = receive_bytes
        self._carrier: Carrier | None = None
        self._opening: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._tasks: dict[asyncio.Task[None], Carrier] = {}

    def unary_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with one answer."""
        return self._beginning(Unary, self._channel.unary_unary, method, *codec, **more)

    def unary_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with many answers."""
        return self._beginning(Streaming, self._channel.unary_stream, method, *codec, **more)

    def stream_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins plain calls with many messages and one answer."""
        return self._channel.stream_unary(method, *codec, **more)

    def stream_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins plain calls with many messages and many answers."""
        return self._channel.stream_stream(method, *codec, **more)

    def get_state(self) -> grpc.ChannelConnectivity:
        """How its connection is."""
        carrier = self._carrier
        return grpc.ChannelConnectivity.READY if carrier and carrier.free else self._channel.get_state()

    async def channel_ready(self) -> None:
        """Returns when calls are carried, or will not be for a while."""
        if not self._taking() and self._opening:
            await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Cancels the calls that are carried."""
        self._not_before = float("inf")
        for task, carrier in self._tasks.items():
            carrier.cancel()
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _beginning(
        self,
        kind: type[Unary] | type[Streaming],
        shape: Callable[..., Any],
        method: str,
        request_serializer: Callable[[Any], bytes],
        response_deserializer: Callable[[bytes], Any],
        **more: Any,
    ) -> Any:
        plain = shape(method, request_serializer, response_deserializer, **more)
        if not method.startswith(OURS):
            return plain
        way = Way(method, response_deserializer, shape(method), self._policy(method), self._receive_bytes)

        def begin(request: Any, *, metadata: Any = None, timeout: float | None = None, **options: Any) -> Any:
            carrier = self._taking()
            if carrier and not options and _is_common(told := tuple(metadata or ())):
                body = request_serializer(request)
                if len(body) <= MESSAGE_BYTES:
                    return kind(carrier, way, body, told, timeout)
            return plain(request, metadata=metadata, timeout=timeout, **options)

        return begin

    def _taking(self) -> Carrier | None:
        """The stream that takes a call now."""
        carrier = self._carrier
        if carrier and carrier.free:
            return carrier
        loop = asyncio.get_running_loop()
        if (carrier is None or carrier.over) and self._opening is None and loop.time() >= self._not_before:
            self._open(loop)
        return None

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        carrier = Carrier(self._carry)
        opening = self._opening = loop.create_task(self._welcomed(carrier))
        self._tasks[opening] = carrier
        opening.add_done_callback(self._tasks.pop)

    async def _welcomed(self, carrier: Carrier) -> None:
        try:
            await carrier.welcomed()
        except grpc.aio.AioRpcError as error:
            away = error.code() is grpc.StatusCode.UNAVAILABLE
            self._not_before = asyncio.get_running_loop().time() + (TRY_AGAIN_S if away else ASK_AGAIN_S)
        else:
            self._carrier = carrier
            running = asyncio.create_task(carrier.run())
            self._tasks[running] = carrier
            running.add_done_callback(self._tasks.pop)
        finally:
            self._opening = None


def _is_common(metadata: Pairs) -> bool:
    """Whether gRPC would send it too; what is large, or is no metadata, is left to it and to its refusals."""
    size = 0
    for name, value in metadata:
        size += len(name) + len(value)
        if not (value.isascii() if isinstance(value, str) else isinstance(value, bytes)):
            return False
    return size <= METADATA_BYTES


@contextlib.asynccontextmanager
async def carried(address: str, api: str, receive_bytes: int = MAX_MESSAGE_BYTES) -> AsyncIterator[Carried]:
    """A channel with a connection of its own, as `connect` makes it, whose calls are carried."""
    async with connect(address, api, receive_bytes, own_connection=True) as plain:
        channel = Carried(plain, api, receive_bytes)
        try:
            yield channel
        finally:
            await channel.close()
