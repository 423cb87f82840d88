"""`/v1/chat/completions`: whole answers, and answers piece by piece."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai import errors as dialect
from reelwright_gateway.dialects.openai.answers import completion
from reelwright_gateway.dialects.openai.bodies import read
from reelwright_gateway.dialects.openai.chunks import SILENCE, Telling, event
from reelwright_gateway.dialects.openai.gathering import gathered, opened
from reelwright_gateway.dialects.openai.questions import Question, fields_of
from reelwright_gateway.dialects.openai.service import TextService
from reelwright_gateway.dialects.openai.structs import Json
from reelwright_gateway.errors import of_any
from reelwright_gateway.presence import attended
from reelwright_gateway.streaming import Streamed
from reelwright_gateway.upstream import answer_headers, metadata


@dataclass(frozen=True)
class Chat:
    """Asks models; a stream that is silent for `silence_s` seconds carries a comment."""

    llm: TextService
    silence_s: float

    async def complete(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        question, raw = await read(request, Question)
        fields = fields_of(question, raw)
        if question.stream:
            options = question.stream_options
            return await self._stream(request, fields, bool(options and options.include_usage))
        call = self.llm.Chat(pb.ChatRequest(**fields), metadata=metadata(request))
        answer = await attended(request, call, call)
        return told(completion(answer), await answer_headers(call))

    async def _stream(self, request: Request, fields: dict[str, Any], include_usage: bool) -> Response:
        call = self.llm.StreamChat(pb.StreamChatRequest(**fields), metadata=metadata(request))
        pieces = gathered(call, _chunks, self.silence_s)
        first, headers = await opened(request, call, pieces)
        return Streamed(_events(first, pieces, Telling(include_usage)), headers=headers, media_type="text/event-stream")


def _chunks(message: pb.StreamChatResponse) -> Iterable[pb.ChatChunk]:
    return message.chunks


async def _events(
    first: list[pb.ChatChunk] | None, pieces: AsyncGenerator[list[pb.ChatChunk], None], telling: Telling
) -> AsyncGenerator[bytes, None]:
    """The events of an answer; a failure is told as the last one, instead of the mark of a good end."""
    async with contextlib.aclosing(pieces):
        try:
            if first is not None:
                yield telling.told(first) if first else SILENCE
                async for chunks in pieces:
                    yield telling.told(chunks) if chunks else SILENCE
        except Exception as error:
            yield event(dialect.body(of_any(error)), "error")
            return
    yield telling.end()


def told(answer: Json, headers: dict[str, str]) -> Response:
    """An answer as JSON."""
    return Told(msgspec.json.encode(answer), headers)


class Told(Response):
    """A good answer; its headers are known, so that the framework's way of finding them is not taken."""

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"application/json"),
            *((name.encode(), value.encode("latin-1")) for name, value in headers.items()),
        ]
