"""Puts an async context manager around a call of any of gRPC's four shapes; streams are iterated inside it."""

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

Around = Callable[[Context], contextlib.AbstractAsyncContextManager[None]]
Check = Callable[[Any], None]
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]


def wrap(handler: Handler, around: Around, check: Check = lambda message: None) -> Handler:
    """`handler` with every request message given to `check`, and the whole call, streams included, inside `around`."""
    many = handler.request_streaming
    if handler.response_streaming:
        inner = handler.stream_stream if many else handler.unary_stream
        make = grpc.stream_stream_rpc_method_handler if many else grpc.unary_stream_rpc_method_handler
        wrapped: Any = _streaming(inner, around, check, many)
    else:
        inner = handler.stream_unary if many else handler.unary_unary
        make = grpc.stream_unary_rpc_method_handler if many else grpc.unary_unary_rpc_method_handler
        wrapped = _unary(inner, around, check, many)
    return make(wrapped, handler.request_deserializer, handler.response_serializer)


def _unary(inner: Any, around: Around, check: Check, many: bool) -> Any:
    async def call(request: Any, context: Context) -> Any:
        async with around(context):
            return await inner(_checked(request, check, many), context)

    return call


def _streaming(inner: Any, around: Around, check: Check, many: bool) -> Any:
    async def call(request: Any, context: Context) -> AsyncIterator[Any]:
        async with around(context), contextlib.aclosing(inner(_checked(request, check, many), context)) as answers:
            async for answer in answers:
                yield answer

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
