"""Several connections to one service: a single one would end at a single one of its processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import grpc

CONNECTIONS = 4
"""The kernel draws lots for each connection among the workers of a service: that all of four meet the same of two is
one of eight draws, and 1 of 128 for the eight of two workers that call."""


class Channel(Protocol):
    """What begins calls: a channel of gRPC, or one whose calls are carried."""

    def get_state(self) -> grpc.ChannelConnectivity:
        """How its connection is."""

    @property
    def unary_unary(self) -> Callable[..., Any]: ...

    @property
    def unary_stream(self) -> Callable[..., Any]: ...

    @property
    def stream_unary(self) -> Callable[..., Any]: ...

    @property
    def stream_stream(self) -> Callable[..., Any]: ...


class Spread:
    """A channel whose calls each take the one of `channels` on which the fewest run, and so the process that is free.

    With calls from one to the next in turn, whoever has more of the connections would be waited for. One whose
    connection failed just now would refuse a call at once: it gets one only where all have.
    """

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = channels
        self._running = [0] * len(channels)

    def unary_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with one answer."""
        return self._beginning([one.unary_unary(method, *codec, **more) for one in self._channels])

    def unary_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with many answers."""
        return self._beginning([one.unary_stream(method, *codec, **more) for one in self._channels])

    def stream_unary(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with many messages and one answer."""
        return self._beginning([one.stream_unary(method, *codec, **more) for one in self._channels])

    def stream_stream(self, method: str, *codec: Any, **more: Any) -> Any:
        """What begins calls with many messages and many answers."""
        return self._beginning([one.stream_stream(method, *codec, **more) for one in self._channels])

    def _free(self) -> int:
        running = self._running
        number = running.index(min(running))
        if not _failed(self._channels[number]):
            return number
        there = [at for at, channel in enumerate(self._channels) if not _failed(channel)]
        return min(there, key=running.__getitem__, default=number)

    def _beginning(self, ways: Sequence[Any]) -> Callable[..., Any]:
        running = self._running

        def begin(*request: Any, **options: Any) -> Any:
            number = self._free()

            def ended(_call: Any) -> None:
                running[number] -= 1

            call = ways[number](*request, **options)
            running[number] += 1
            call.add_done_callback(ended)
            return call

        return begin


def _failed(channel: Channel) -> bool:
    return channel.get_state() is grpc.ChannelConnectivity.TRANSIENT_FAILURE
