"""The dialect asks an interface: a service in the same process, without gRPC, is as good as one behind a channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.app import RequestId
from reelwright_gateway.dialects.openai.chat import Chat
from reelwright_gateway.dialects.openai.service import TextService
from reelwright_gateway.upstream import Metadata
from reelwright_kit.errors import AppError, PartUnavailable
from tests.conformance.scripted import MODEL, chunk, last, said

BODY = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}


class Direct:
    """One call of a servicer."""

    def __init__(self, making: Coroutine[Any, Any, Any] | AsyncIterator[Any]) -> None:
        self._making = making
        self.cancelled = False

    def __await__(self) -> Generator[Any, None, Any]:
        assert not isinstance(self._making, AsyncIterator)
        return self._making.__await__()

    def __aiter__(self) -> AsyncIterator[Any]:
        assert isinstance(self._making, AsyncIterator)
        return self._making

    async def initial_metadata(self) -> list[tuple[str, str]]:
        return [("x-ratelimit-remaining-requests", "5")]

    def cancel(self) -> bool:
        self.cancelled = True
        return True


class InProcess:
    """A service without a network."""

    def __init__(self, failure: AppError | None = None) -> None:
        self.failure = failure

    def Chat(self, request: pb.ChatRequest, /, *, metadata: Metadata) -> Any:
        async def answer() -> pb.ChatResponse:
            await asyncio.sleep(0)
            return said("Directly.")

        return Direct(answer())

    def StreamChat(self, request: pb.StreamChatRequest, /, *, metadata: Metadata) -> Any:
        async def answer() -> AsyncIterator[pb.StreamChatResponse]:
            yield pb.StreamChatResponse(chunks=[chunk(content="Direct")])
            await asyncio.sleep(0)
            if self.failure:
                raise self.failure
            yield pb.StreamChatResponse(chunks=[chunk(content="ly.", finish_reason="stop"), last()])

        return Direct(answer())

    def Embed(self, request: pb.EmbedRequest, /, *, metadata: Metadata) -> Any:
        raise NotImplementedError

    def Moderate(self, request: pb.ModerateRequest, /, *, metadata: Metadata) -> Any:
        raise NotImplementedError


def client_of(service: TextService) -> httpx.AsyncClient:
    """A client of the dialect over this service."""
    route = Route("/v1/chat/completions", Chat(service, 1.0).complete, methods=["POST"])
    app = Starlette(routes=[route], middleware=[Middleware(RequestId)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dialect/v1")


async def test_answers_come_without_a_channel() -> None:
    async with client_of(InProcess()) as client:
        plain = await client.post("chat/completions", json=BODY)
        streamed = await client.post("chat/completions", json=BODY | {"stream": True})

    assert plain.json()["choices"][0]["message"]["content"] == "Directly."
    assert plain.headers["x-ratelimit-remaining-requests"] == "5"
    assert '"Direct"' in streamed.text and streamed.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(("failure", "said_code"), [(PartUnavailable("provider"), "service_unavailable")])
async def test_failures_of_the_service_are_told_alike(failure: AppError, said_code: str) -> None:
    async with client_of(InProcess(failure)) as client:
        streamed = await client.post("chat/completions", json=BODY | {"stream": True})

    assert f'"code":"{said_code}"' in streamed.text and "[DONE]" not in streamed.text
