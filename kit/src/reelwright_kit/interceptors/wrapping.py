"""Puts an async context manager around our calls, of any of gRPC's four shapes; streams are iterated inside it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

import grpc

from reelwright_kit.access.authentication import Metadata

if TYPE_CHECKING:
    # Generic in the stubs only.
    Context = grpc.aio.ServicerContext[Any, Any]
    Handler = grpc.RpcMethodHandler[Any, Any]
else:
    Context = Handler = Any

OURS = "/reelwright."
"""How the methods of our own contract begin; health checks and reflection are left to the libraries they come from."""

Details = grpc.HandlerCallDetails
Around = Callable[[Context], contextlib.AbstractAsyncContextManager[None]]
Check = Callable[[Any], None]
Before = Callable[[Context], Awaitable[None]]
Continuation = Callable[[Details], Awaitable[Handler | None]]


class OurInterceptor(grpc.aio.ServerInterceptor):
    """Base of the interceptors of our own calls; others pass."""

    def __init__(self) -> None:
        self._dressed: dict[str, tuple[Handler, Handler]] = {}

    async def intercept_service(self, continuation: Continuation, handler_call_details: Details) -> Handler | None:
        method = handler_call_details.method
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith(OURS):
            return handler
        known = self._dressed.get(method)
        if known is None or known[0] is not handler:
            known = self._dressed[method] = (handler, self.dress(handler, method))
        return known[1]

    def dress(self, handler: Handler, method: str) -> Handler:
        """What serves the calls of a method instead of `handler`; made once, so it must not depend on the call."""
        raise NotImplementedError


def wrap(
    handler: Handler, around: Around | None = None, check: Check | None = None, before: Before | None = None
) -> Handler:
    """`handler` with every request message given to `check`, and the whole call, streams included, inside `around`.

    `before` is called once, when the first message of the answer, or the end of an empty one, is there to be sent;
    it comes with `around`.
    """
    many = handler.request_streaming
    if handler.response_streaming:
        inner = handler.stream_stream if many else handler.unary_stream
        make = grpc.stream_stream_rpc_method_handler if many else grpc.unary_stream_rpc_method_handler
        wrapped: Any = _streaming(inner, around, check, before, many)
    else:
        inner = handler.stream_unary if many else handler.unary_unary
        make = grpc.stream_unary_rpc_method_handler if many else grpc.unary_unary_rpc_method_handler
        wrapped = _unary(inner, around, check, before, many)
    return make(wrapped, handler.request_deserializer, handler.response_serializer)


def _unary(inner: Any, around: Around | None, check: Check | None, before: Before | None, many: bool) -> Any:
    # No coroutine of its own: every call passes here, several times. The outermost of all must be one for gRPC.
    def checked(request: Any, context: Context) -> Awaitable[Any]:
        return cast(Awaitable[Any], inner(_checked(request, check, many), context))

    async def call(request: Any, context: Context) -> Any:
        assert around
        async with around(context):
            answer = await checked(request, context)
            if before:
                await before(context)
            return answer

    return call if around else checked


def _streaming(inner: Any, around: Around | None, check: Check | None, before: Before | None, many: bool) -> Any:
    def checked(request: Any, context: Context) -> AsyncGenerator[Any]:
        return cast(AsyncGenerator[Any], inner(_checked(request, check, many), context))

    async def call(request: Any, context: Context) -> AsyncGenerator[Any]:
        assert around
        async with around(context), contextlib.aclosing(checked(request, context)) as answers:
            waiting = before
            async for answer in answers:
                if waiting:
                    await waiting(context)
                    waiting = None
                yield answer
            if waiting:
                await waiting(context)

    return call if around else checked


def metadata_of(context: Context) -> Metadata:
    """What came with a call."""
    return cast(Metadata, context.invocation_metadata() or ())


def _checked(request: Any, check: Check | None, many: bool) -> Any:
    if check is None:
        return request
    if many:
        return _each_checked(request, check)
    check(request)
    return request


async def _each_checked(requests: AsyncIterator[Any], check: Check) -> AsyncIterator[Any]:
    async for request in requests:
        check(request)
        yield request
