"""Servicers that are called without a network, with every interceptor around them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, cast

import grpc

from reelwright_kit.access.gate import Gate
from reelwright_kit.direct_calls import Stream, Unary
from reelwright_kit.interceptors import interceptors
from reelwright_kit.interceptors.wrapping import Handler


class Service:
    """Registers servicers as a server does, and is a channel to them."""

    def __init__(self, gate: Gate) -> None:
        self._handlers: dict[str, Any] = {}
        self._dressed: dict[str, Handler] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._chain: Any = self._found
        for interceptor in reversed(interceptors(gate)):
            self._chain = _before(interceptor, self._chain)

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """Nothing: those that are registered by name are the same."""

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """Takes the methods of a service, as generated code gives them."""
        self._handlers.update({f"/{service}/{name}": handler for name, handler in handlers.items()})

    def unary_unary(self, method: str, *_codec: Any, **_more: Any) -> Any:
        """What begins calls with one answer."""
        return self._beginning(Unary, method)

    def unary_stream(self, method: str, *_codec: Any, **_more: Any) -> Any:
        """What begins calls with many answers."""
        return self._beginning(Stream, method)

    def _beginning(self, kind: type[Unary] | type[Stream], method: str) -> Any:
        def begin(request: Any, *, metadata: Any = None, timeout: float | None = None) -> Unary | Stream:
            return kind(self, method, request, metadata, timeout)

        return begin

    def stream_unary(self, method: str, *_codec: Any, **_more: Any) -> Any:
        """Not offered: uploads go over gRPC."""
        raise NotImplementedError(method)

    def stream_stream(self, method: str, *_codec: Any, **_more: Any) -> Any:
        """Not offered: nothing calls so."""
        raise NotImplementedError(method)

    def known(self, method: str) -> Handler | None:
        """What serves a method, if it was found before."""
        return self._dressed.get(method)

    async def handler(self, details: grpc.HandlerCallDetails) -> Handler | None:
        """What serves a call, with every interceptor around it."""
        found = await self._chain(details)
        if found is not None:
            self._dressed[details.method] = found
        return cast("Handler | None", found)

    async def _found(self, details: grpc.HandlerCallDetails) -> Any:
        return self._handlers.get(details.method)

    def track(self, serving: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs a call; it is waited for, or cancelled, before the service goes."""
        task = asyncio.get_running_loop().create_task(serving)
        self._running.add(task)
        task.add_done_callback(self._left)
        return task

    def _left(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Who gave up the call does not ask any more how it failed.
            task.exception()

    async def close(self) -> None:
        """Cancels what still runs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def _before(interceptor: grpc.aio.ServerInterceptor, inner: Any) -> Any:
    async def chain(details: grpc.HandlerCallDetails) -> Any:
        return await interceptor.intercept_service(inner, details)

    return chain
