"""What this dialect asks of the LLM service; whether a stub or the servicer itself answers is all the same here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import Any, Protocol, TypeVar

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.upstream import Metadata

Answer_co = TypeVar("Answer_co", covariant=True)
Asked_contra = TypeVar("Asked_contra", contravariant=True)


class Call(Protocol):
    """A call that has begun."""

    async def initial_metadata(self) -> Any:
        """The headers of the answer, once they are known."""

    def cancel(self) -> bool:
        """Ends it now; whoever waits for it gets CancelledError."""


class Answering(Call, Protocol[Answer_co]):
    """A call with one answer; waiting for it raises AioRpcError or AppError."""

    def __await__(self) -> Generator[Any, None, Answer_co]: ...


class Streaming(Call, Protocol[Answer_co]):
    """A call with many answers; iterating raises AioRpcError or AppError."""

    def __aiter__(self) -> AsyncIterator[Answer_co]: ...


class WithOne(Protocol[Asked_contra, Answer_co]):
    """Begins a call with one answer."""

    def __call__(self, request: Asked_contra, /, *, metadata: Metadata) -> Answering[Answer_co]: ...


class WithMany(Protocol[Asked_contra, Answer_co]):
    """Begins a call with many answers."""

    def __call__(self, request: Asked_contra, /, *, metadata: Metadata) -> Streaming[Answer_co]: ...


class TextService(Protocol):
    """The calls of LlmService that the dialect makes."""

    @property
    def Chat(self) -> WithOne[pb.ChatRequest, pb.ChatResponse]: ...

    @property
    def StreamChat(self) -> WithMany[pb.StreamChatRequest, pb.StreamChatResponse]: ...

    @property
    def Embed(self) -> WithOne[pb.EmbedRequest, pb.EmbedResponse]: ...

    @property
    def Moderate(self) -> WithOne[pb.ModerateRequest, pb.ModerateResponse]: ...


class ResponseService(Protocol):
    """The calls of the contract's ResponseService."""

    @property
    def CreateResponse(self) -> WithOne[kept.CreateResponseRequest, kept.CreateResponseResponse]: ...

    @property
    def StreamResponse(self) -> WithMany[kept.StreamResponseRequest, kept.StreamResponseResponse]: ...

    @property
    def GetResponse(self) -> WithOne[kept.GetResponseRequest, kept.GetResponseResponse]: ...

    @property
    def WatchResponse(self) -> WithMany[kept.WatchResponseRequest, kept.WatchResponseResponse]: ...

    @property
    def CancelResponse(self) -> WithOne[kept.CancelResponseRequest, kept.CancelResponseResponse]: ...

    @property
    def DeleteResponse(self) -> WithOne[kept.DeleteResponseRequest, kept.DeleteResponseResponse]: ...
