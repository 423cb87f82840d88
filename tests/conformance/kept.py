"""A ResponseService that answers as a test tells it, and the files of its pictures, with the rules of the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc import status_pb2

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.assets.v1 import assets_service_pb2_grpc as assets_rpc
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2_grpc as rpc
from reelwright_kit.errors import AppError
from reelwright_kit.statuses import status_of

ID = "resp_0123456789abcdefghijklmnop"
MODEL = "acme/writer"
PIECE_BYTES = 65_536
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@dataclass
class Kept(rpc.ResponseServiceServicer):
    """What comes next; a step of a stream is events to send, a failure to end with, or an event to wait for."""

    answer: Any = None
    steps: list[Any] = field(default_factory=list)
    heard: Any = None
    """The last request."""
    method: str = ""
    """And what it asked for."""
    calls: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last call was cancelled."""
    echoing: bool = False
    """Whether the answer to a request tells what was asked, as the real one does."""
    files: dict[str, bytes] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)
    """The files that were asked for, in order."""
    told: dict[str, str] = field(default_factory=dict)
    """What was told about who asked for the last of them."""
    hold: bool = False
    """Whether files do not come."""
    holding: asyncio.Event = field(default_factory=asyncio.Event)

    def forget(self) -> None:
        """Begins anew."""
        self.answer, self.steps, self.heard, self.method, self.calls = None, [], None, "", 0
        self.begun, self.left = asyncio.Event(), asyncio.Event()
        self.files, self.loaded, self.told, self.echoing = {}, [], {}, False
        self.hold, self.holding = False, asyncio.Event()

    def serve(self, server: grpc.aio.Server) -> None:
        """Answers at this server."""
        rpc.add_ResponseServiceServicer_to_server(self, server)
        assets_rpc.add_AssetServiceServicer_to_server(Files(self), server)

    async def CreateResponse(self, request: Any, context: Any) -> Any:
        answer = await self._one("CreateResponse", request)
        if self.echoing:
            answer.request.CopyFrom(request)
            answer.request.chat.ClearField("messages")
        return pb.CreateResponseResponse(response=answer)

    async def GetResponse(self, request: Any, context: Any) -> Any:
        return pb.GetResponseResponse(response=await self._one("GetResponse", request))

    async def CancelResponse(self, request: Any, context: Any) -> Any:
        return pb.CancelResponseResponse(response=await self._one("CancelResponse", request))

    async def DeleteResponse(self, request: Any, context: Any) -> Any:
        await self._one("DeleteResponse", request)
        return pb.DeleteResponseResponse()

    async def StreamResponse(self, request: Any, context: Any) -> AsyncIterator[pb.StreamResponseResponse]:
        async for step in self._many("StreamResponse", request):
            yield pb.StreamResponseResponse(events=step)

    async def WatchResponse(self, request: Any, context: Any) -> AsyncIterator[pb.WatchResponseResponse]:
        after = request.after_sequence if request.HasField("after_sequence") else -1
        async for step in self._many("WatchResponse", request):
            if events := [event for event in step if event.sequence > after]:
                yield pb.WatchResponseResponse(events=events)

    async def _one(self, method: str, request: Any) -> Any:
        self._hear(method, request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, asyncio.Event):
            await self.until(self.answer)
        return self.answer

    async def _many(self, method: str, request: Any) -> AsyncIterator[Sequence[pb.ResponseEvent]]:
        self._hear(method, request)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, asyncio.Event):
                await self.until(step)
            else:
                yield step

    def _hear(self, method: str, request: Any) -> None:
        self.method, self.heard = method, request
        self.calls += 1
        self.begun.set()

    async def until(self, event: asyncio.Event) -> None:
        """Waits for it, and notes when the call is cancelled before."""
        try:
            await event.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise


class Files(assets_rpc.AssetServiceServicer):
    """The bytes of the files that a test has; any other breaks off at once."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def DownloadAsset(self, request: Any, context: Any) -> AsyncIterator[assets.DownloadAssetResponse]:
        self._kept.loaded.append(request.id)
        self._kept.told = dict(context.invocation_metadata())
        if self._kept.hold:
            self._kept.holding.set()
            await self._kept.until(asyncio.Event())
        if request.id not in self._kept.files:
            raise Gone(request.id)
        content = self._kept.files[request.id]
        for start in range(request.offset, len(content), PIECE_BYTES):
            yield assets.DownloadAssetResponse(data=content[start : start + PIECE_BYTES])


class Odd(AppError):
    """A failure with the code and reason that a test wants."""

    def __init__(self, code: int, reason: str, message: str = "So it is.") -> None:
        super().__init__("x")
        self.message, self.code, self.reason = message, code, reason  # type: ignore[assignment,misc]


class Gone(AppError):
    """No file has this id."""

    def __init__(self, asset: str) -> None:
        super().__init__(f"There is no file {asset}.", asset=asset)
        self.code, self.reason = 5, "ASSET_NOT_FOUND"  # type: ignore[misc,assignment]


class Missing(AppError):
    """No response has this id."""

    def __init__(self, response: str) -> None:
        super().__init__(f"There is no response {response}.", response=response)
        self.code, self.reason = 5, "RESPONSE_NOT_FOUND"  # type: ignore[misc,assignment]


def request(**changed: Any) -> pb.CreateResponseRequest:
    """What a response was asked for with."""
    return pb.CreateResponseRequest(chat=llm.ChatRequest(model=MODEL), **changed)


def response(state: pb.ResponseState = pb.RESPONSE_STATE_COMPLETED, **changed: Any) -> pb.Response:
    """A response that has the id `ID`."""
    ended = state not in (pb.RESPONSE_STATE_QUEUED, pb.RESPONSE_STATE_IN_PROGRESS)
    known: dict[str, Any] = {
        "id": ID,
        "state": state,
        "create_time": {"seconds": 1_700_000_000},
        "end_time": {"seconds": 1_700_000_009} if ended else None,
        "model": MODEL,
        "provider": "acme",
        "usage": usage() if ended else None,
        "request": request(),
    }
    return pb.Response(**known | changed)


def usage() -> llm.Usage:
    return llm.Usage(input_tokens=3, output_tokens=4, total_tokens=7, cached_input_tokens=2, reasoning_tokens=1)


def message(text: str = "Hello", status: str = "completed") -> pb.OutputItem:
    """An item that says something."""
    return pb.OutputItem(id="msg_1", kind="message", status=status, parts=[pb.OutputPart(text=text)])


def picture(status: str = "completed", **changed: Any) -> pb.OutputItem:
    """An item with a picture."""
    made = pb.OutputPicture(job="img_1", prompt="A storm", **changed)
    return pb.OutputItem(id="ig_1", kind="picture", status=status, picture=made)


def asset(name: str = "ast_1", content: bytes = PNG, **changed: Any) -> assets.Asset:
    """The record of a picture."""
    known: dict[str, Any] = {"media_type": "image/png", "size_bytes": len(content), "width": 1024, "height": 768}
    return assets.Asset(id=name, **known | changed)


def failed(error: AppError) -> status_pb2.Status:
    """A failure as it is kept."""
    return status_of(error)


class Story:
    """Events of one response, numbered as they are added."""

    def __init__(self, first: int = 0, **asked: Any) -> None:
        self.asked = request(**asked)
        self.events: list[pb.ResponseEvent] = []
        self._next = first

    def add(self, kind: str, **known: Any) -> Story:
        """One more event."""
        number = pb.ResponseEventKind.Value(f"RESPONSE_EVENT_KIND_{kind}")
        self.events.append(pb.ResponseEvent(sequence=self._next, kind=number, **known))
        self._next += 1
        return self

    def begin(self) -> Story:
        """It is accepted, and work begins."""
        now = response(pb.RESPONSE_STATE_IN_PROGRESS, request=self.asked)
        return self.add("CREATED", response=now).add("STARTED", response=now)

    def say(self, pieces: Sequence[str], item: str = "msg_1", index: int = 0) -> Story:
        """A message, piece by piece."""
        whole, at = "".join(pieces), {"item_index": index, "item_id": item}
        begun = pb.OutputItem(id=item, kind="message", status="in_progress")
        self.add("ITEM_ADDED", **at, item=begun).add("PART_ADDED", **at, part=pb.OutputPart(text=""))
        for piece in pieces:
            self.add("TEXT_DELTA", **at, delta=piece)
        part = pb.OutputPart(text=whole)
        done = pb.OutputItem(id=item, kind="message", status="completed", parts=[part])
        return (
            self.add("TEXT_DONE", **at, text=whole).add("PART_DONE", **at, part=part).add("ITEM_DONE", **at, item=done)
        )

    def end(self, state: pb.ResponseState = pb.RESPONSE_STATE_COMPLETED, **changed: Any) -> Story:
        """It ends, with what was made."""
        made = [event.item for event in self.events if event.kind == pb.RESPONSE_EVENT_KIND_ITEM_DONE]
        return self.add("ENDED", response=response(state, **{"output": made, "request": self.asked} | changed))

    def __iter__(self) -> Iterator[pb.ResponseEvent]:
        return iter(self.events)

    def __getitem__(self, which: slice) -> list[pb.ResponseEvent]:
        return self.events[which]
