"""`/v1/responses`: makes responses, whole or event by event, and finds, watches, cancels and deletes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, replace
from typing import Any

import grpc
from starlette.requests import Request
from starlette.responses import Response

from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai.bodies import read
from reelwright_gateway.dialects.openai.chat import told
from reelwright_gateway.dialects.openai.chunks import EVENTS, SILENCE
from reelwright_gateway.dialects.openai.opening import opened
from reelwright_gateway.dialects.openai.responses.answers import response_of
from reelwright_gateway.dialects.openai.responses.events import Telling
from reelwright_gateway.dialects.openai.responses.inputs import listed
from reelwright_gateway.dialects.openai.responses.names import Names
from reelwright_gateway.dialects.openai.responses.pictures import Files, Pictures, pictures_in
from reelwright_gateway.dialects.openai.responses.questions import Asked, question_of
from reelwright_gateway.dialects.openai.service import ResponseService, Streaming
from reelwright_gateway.errors import Refused, of_any
from reelwright_gateway.presence import attended
from reelwright_gateway.streaming import Beat, Streamed
from reelwright_gateway.upstream import answer_headers, metadata
from reelwright_kit.errors import AppError, FieldInvalid, PartUnavailable

Message = kept.StreamResponseResponse | kept.WatchResponseResponse


@dataclass(frozen=True)
class Responses:
    """Answers for responses; a stream that is silent for `silence_s` seconds carries a comment."""

    service: ResponseService
    files: Files
    silence_s: float

    async def create(self, request: Request) -> Response:
        """`POST /v1/responses`."""
        request.state.names = Names()
        asked, raw = await read(request, Asked)
        question = question_of(asked, raw)
        request.state.names = question.names
        with _naming(asked.previous_response_id):
            if asked.stream:
                wanted = kept.StreamResponseRequest(**question.fields)
                stream = self.service.StreamResponse(wanted, metadata=metadata(request))
                return await self._stream(request, stream, Telling(self._pictures(request)))
            call = self.service.CreateResponse(
                kept.CreateResponseRequest(**question.fields), metadata=metadata(request)
            )
            answer = await attended(request, call, call)
        return await self._told(request, answer.response, await answer_headers(call))

    async def retrieve(self, request: Request) -> Response:
        """`GET /v1/responses/{id}`; with `stream=true` its events, those after `starting_after` if that is given."""
        await request.body()
        if request.query_params.get("stream") == "true":
            return await self._watch(request)
        response, headers = await self._kept(request)
        return await self._told(request, response, headers)

    async def cancel(self, request: Request) -> Response:
        """`POST /v1/responses/{id}/cancel`."""
        await request.body()
        call = self.service.CancelResponse(kept.CancelResponseRequest(id=_id(request)), metadata=metadata(request))
        return await self._told(request, (await call).response, await answer_headers(call))

    async def delete(self, request: Request) -> Response:
        """`DELETE /v1/responses/{id}`."""
        call = self.service.DeleteResponse(kept.DeleteResponseRequest(id=_id(request)), metadata=metadata(request))
        await call
        return told({"id": _id(request), "object": "response", "deleted": True}, await answer_headers(call))

    async def input_items(self, request: Request) -> Response:
        """`GET /v1/responses/{id}/input_items`."""
        response, headers = await self._kept(request)
        return told(listed(response, request.query_params), headers)

    async def _watch(self, request: Request) -> Response:
        after = _starting_after(request)
        wanted = kept.WatchResponseRequest(id=_id(request), after_sequence=after if after >= 0 else None)
        call = self.service.WatchResponse(wanted, metadata=metadata(request))
        return await self._stream(request, call, Telling(self._pictures(request), after, resumed=True))

    async def _stream(self, request: Request, call: Streaming[Message], telling: Telling) -> Response:
        messages, headers = await opened(request, call, self.silence_s)
        frames, beat = _frames(messages, telling), Beat(SILENCE, self.silence_s)
        return Streamed(frames, headers=headers, media_type=EVENTS, beat=beat, let_go=call.cancel)

    async def _kept(self, request: Request) -> tuple[kept.Response, dict[str, str]]:
        call = self.service.GetResponse(kept.GetResponseRequest(id=_id(request)), metadata=metadata(request))
        return (await call).response, await answer_headers(call)

    async def _told(self, request: Request, response: kept.Response, headers: dict[str, str]) -> Response:
        pictures = self._pictures(request)
        loading = asyncio.ensure_future(pictures.load(pictures_in(response.output)))
        await attended(request, loading, loading)
        return told(response_of(response, pictures), headers)

    def _pictures(self, request: Request) -> Pictures:
        return Pictures(self.files, metadata(request))


async def _frames(messages: AsyncGenerator[Message, None], telling: Telling) -> AsyncGenerator[bytes, None]:
    """The events of a response; a failure, and an end that comes too early, is told as the last one."""
    async with contextlib.aclosing(messages):
        try:
            async for message in messages:
                if frames := await telling.told(message.events):
                    yield frames
            if not telling.ended:
                raise PartUnavailable("service")
        except Exception as error:
            yield telling.broken(error)


@contextlib.contextmanager
def _naming(previous: str | None) -> Generator[None, None, None]:
    """Says of a response that is not there that it is the one to go on from."""
    try:
        yield
    except (grpc.aio.AioRpcError, AppError) as error:
        failure = of_any(error)
        if not previous or failure.reason != "RESPONSE_NOT_FOUND":
            raise
        said: dict[str, Any] = {"status": 400, "reason": "PREVIOUS_NOT_FOUND", "metadata": {"field": "previous"}}
        raise Refused(replace(failure, **said)) from None


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _starting_after(request: Request) -> int:
    """Number of the last event that the caller has, -1 for none; raises FieldInvalid."""
    text = request.query_params.get("starting_after", "-1")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise FieldInvalid("starting_after", "must be the number of an event")
    return max(int(text), -1)
