"""Puts an async context manager around our calls, of any of gRPC's four shapes; streams are iterated inside it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import grpc

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

    async def intercept_service(self, continuation: Continuation, handler_call_details: Details) -> Handler | None:
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(OURS):
            return handler
        return self.dress(handler, handler_call_details)

    def dress(self, handler: Handler, details: Details) -> Handler:
        """What serves the call instead of `handler`."""
        raise NotImplementedError


async def _nothing(context: Context) -> None:
    pass


@contextlib.asynccontextmanager
async def plain(context: Context) -> AsyncIterator[None]:
    """Nothing around a call."""
    yield


def wrap(
    handler: Handler, around: Around = plain, check: Check = lambda message: None, before: Before = _nothing
) -> Handler:
    """`handler` with every request message given to `check`, and the whole call, streams included, inside `around`.

    `before` is called once, when the first message of the answer, or the end of an empty one, is there to be sent.
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


def _unary(inner: Any, around: Around, check: Check, before: Before, many: bool) -> Any:
    async def call(request: Any, context: Context) -> Any:
        async with around(context):
            answer = await inner(_checked(request, check, many), context)
            await before(context)
            return answer

    return call


def _streaming(inner: Any, around: Around, check: Check, before: Before, many: bool) -> Any:
    async def call(request: Any, context: Context) -> AsyncIterator[Any]:
        async with around(context), contextlib.aclosing(inner(_checked(request, check, many), context)) as answers:
            waiting = True
            async for answer in answers:
                if waiting:
                    await before(context)
                    waiting = False
                yield answer
            if waiting:
                await before(context)

    return call


def _checked(request: Any, check: Check, many: bool) -> Any:
    if many:
        return _each_checked(request, check)
    check(request)
    return request


async def _each_checked(requests: AsyncIterator[Any], check: Check) -> AsyncIterator[Any]:
    async for request in requests:
        check(request)
        yield request
