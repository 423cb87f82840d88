"""Calls without a network: what a servicer sees of one, and its caller. A stream is at most one message ahead."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import grpc

from reelwright_kit import logs
from reelwright_kit.client import IN_PROCESS
from reelwright_kit.interceptors.wrapping import Handler

if TYPE_CHECKING:
    # Generic in the stubs only.
    _Base = grpc.aio.ServicerContext[Any, Any]
else:
    _Base = grpc.aio.ServicerContext

Pairs = tuple[tuple[str, str | bytes], ...]

log = logs.logger(__name__)

T = TypeVar("T")


class Server(Protocol):
    """Where calls are served."""

    def track(self, serving: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs a call in a task of its own."""

    def known(self, method: str) -> Handler | None:
        """What serves a method, if it was found before."""

    async def handler(self, details: grpc.HandlerCallDetails) -> Handler | None:
        """What serves a call, with every interceptor around it; None when there is no such method."""


class _Details(grpc.HandlerCallDetails):
    def __init__(self, method: str) -> None:
        self.method = method
        # Ours look at a call's metadata when it runs, not when its handler is found.
        self.invocation_metadata = cast(Any, ())


class Context(_Base):
    """What a servicer and the interceptors see of a call."""

    def __init__(self, metadata: Pairs) -> None:
        self._metadata = metadata
        self.headers: Pairs | None = None
        self.known: asyncio.Event | None = None
        """Set with the headers, where somebody waits for them."""
        self.task: asyncio.Task[Any] | None = None
        self._code: grpc.StatusCode | None = None
        self._details = ""
        self._trailing: Pairs = ()

    def invocation_metadata(self) -> Any:
        return self._metadata

    async def send_initial_metadata(self, initial_metadata: Any) -> None:
        self.head(tuple(initial_metadata))

    def head(self, headers: Pairs = ()) -> None:
        """Sets the headers of the answer, unless they are known."""
        if self.headers is None:
            self.headers = headers
            if self.known:
                self.known.set()

    async def abort(self, code: Any, details: str = "", trailing_metadata: Any = ()) -> Any:
        self._code, self._details = code, details
        self._trailing = tuple(trailing_metadata) or self._trailing
        raise grpc.aio.AbortError

    async def abort_with_status(self, status: Any) -> Any:
        await self.abort(status.code, status.details, status.trailing_metadata)

    def failure(self) -> grpc.aio.AioRpcError:
        """What the caller is told of a call that was aborted, or crashed outside the interceptors."""
        headers = self.headers or ()
        code = self._code or grpc.StatusCode.UNKNOWN
        metadata = grpc.aio.Metadata
        return grpc.aio.AioRpcError(code, metadata(*headers), metadata(*self._trailing), self._details)

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        self._trailing = tuple(trailing_metadata)

    def set_code(self, code: Any) -> None:
        self._code = code

    def set_details(self, details: str) -> None:
        self._details = details

    def code(self) -> Any:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> Any:
        return self._trailing

    def cancelled(self) -> bool:
        return self.task is not None and self.task.cancelling() > 0

    def peer(self) -> str:
        return IN_PROCESS

    def peer_identities(self) -> None:
        return None

    def peer_identity_key(self) -> None:
        return None

    def auth_context(self) -> dict[str, Any]:
        return {}

    def set_compression(self, compression: Any) -> None:
        """Nothing is sent anywhere."""

    def disable_next_message_compression(self) -> None:
        """Nothing is sent anywhere."""

    async def read(self) -> Any:
        raise NotImplementedError

    async def write(self, message: Any) -> None:
        raise NotImplementedError


class Call:
    """A call that has begun."""

    def __init__(self, server: Server, method: str, metadata: Iterable[Any] | None, timeout_s: float | None) -> None:
        self._server = server
        self._method = method
        self._context = self._made(tuple(metadata or ()))
        self._timeout_s = timeout_s

    def _made(self, metadata: Pairs) -> Context:
        return Context(metadata)

    def _begin(self, serving: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._context.task = self._server.track(serving)
        return task

    async def _handler(self) -> Handler:
        handler = await self._server.handler(_Details(self._method))
        if handler is not None:
            return handler
        self._context.set_code(grpc.StatusCode.UNIMPLEMENTED)
        self._context.set_details("Method not found!")
        raise grpc.aio.AbortError

    async def _served(self, run: Callable[[Any], Awaitable[T]], request: Any) -> T:
        """What `run` returns; what ends a call otherwise is turned into what its caller is told."""
        try:
            if self._timeout_s is None:
                return await run(request)
            async with asyncio.timeout(self._timeout_s):
                return await run(request)
        except grpc.aio.AbortError:
            pass
        except TimeoutError:
            self._context.set_code(grpc.StatusCode.DEADLINE_EXCEEDED)
            self._context.set_details("Deadline Exceeded")
        except Exception as error:
            log.exception("call_crashed", rpc=self._method, error=type(error).__name__)
        raise self._context.failure()

    async def initial_metadata(self) -> Pairs:
        """The headers of the answer, once they are known."""
        context = self._context
        if context.headers is None and context.task:
            context.known = context.known or asyncio.Event()
            context.task.add_done_callback(lambda _: context.head())
            await context.known.wait()
        return context.headers or ()


class Unary(Call):
    """A call with one answer."""

    def __init__(self, server: Server, method: str, request: Any, metadata: Any, timeout_s: float | None) -> None:
        super().__init__(server, method, metadata, timeout_s)
        self._task = self._begin(self._served(self._run, request))

    async def _run(self, request: Any) -> Any:
        handler = self._server.known(self._method) or await self._handler()
        return await cast(Any, handler.unary_unary)(request, self._context)

    def cancel(self) -> bool:
        return self._task.cancel()

    def __await__(self) -> Generator[Any, None, Any]:
        # A caller that is cancelled while it waits cancels what it waits for.
        return self._task.__await__()


class _End:
    """Comes after the last message."""


class Stream(Call):
    """A call with many answers."""

    def __init__(self, server: Server, method: str, request: Any, metadata: Any, timeout_s: float | None) -> None:
        super().__init__(server, method, metadata, timeout_s)
        self._answers: asyncio.Queue[Any] = asyncio.Queue(1)
        self._failure: grpc.aio.AioRpcError | None = None
        self._task = self._begin(self._tell(request))
        self._task.add_done_callback(self._ended)

    async def _run(self, request: Any) -> None:
        handler = self._server.known(self._method) or await self._handler()
        streaming = cast(Any, handler.unary_stream)(request, self._context)
        async with contextlib.aclosing(streaming) as answers:
            async for answer in answers:
                self._context.head()
                await self._answers.put(answer)

    async def _tell(self, request: Any) -> None:
        """Serves, and puts the end, or the failure, behind what has been answered; in the task that a leaving ends."""
        try:
            await self._served(self._run, request)
        except grpc.aio.AioRpcError as error:
            self._failure = error
        await self._answers.put(_End)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            while not self._answers.empty():
                self._answers.get_nowait()
            self._answers.put_nowait(_End)

    def cancel(self) -> bool:
        return self._task.cancel()

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            while (answer := await self._answers.get()) is not _End:
                yield answer
            await self._task
            if self._failure:
                raise self._failure
        finally:
            self.cancel()
