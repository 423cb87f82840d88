"""`/v1/chat/completions`: whole answers, and answers piece by piece."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai import errors as dialect
from reelwright_gateway.dialects.openai.answers import completion
from reelwright_gateway.dialects.openai.bodies import read
from reelwright_gateway.dialects.openai.chunks import EVENTS, SILENCE, Telling, event
from reelwright_gateway.dialects.openai.opening import opened
from reelwright_gateway.dialects.openai.questions import Question, fields_of
from reelwright_gateway.dialects.openai.service import TextService
from reelwright_gateway.dialects.openai.structs import Json
from reelwright_gateway.errors import of_any
from reelwright_gateway.presence import attended
from reelwright_gateway.streaming import Beat, Streamed
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
        messages, headers = await opened(request, call, self.silence_s)
        events = _events(messages, Telling(include_usage))
        beat = Beat(SILENCE, self.silence_s)
        return Streamed(events, headers=headers, media_type=EVENTS, beat=beat, let_go=call.cancel)


async def _events(
    messages: AsyncGenerator[pb.StreamChatResponse, None], telling: Telling
) -> AsyncGenerator[bytes, None]:
    """The events of an answer; a failure is told as the last one, instead of the mark of a good end."""
    async with contextlib.aclosing(messages):
        try:
            async for message in messages:
                # An event of nothing would be sent as a piece of nothing, which ends an answer in HTTP.
                if events := telling.told(message.chunks):
                    yield events
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
