"""Gemini's wire: content made whole and streamed, embeddings, the list of models."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.stage import Stage
from reelwright_fakes.text.answers import Answer
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.text.speaking import (
    WINDOW_TOKENS,
    answered,
    fits_window,
    made,
    prompt_micro_usd,
    spoken,
    text_failure,
)
from reelwright_fakes.text.vectors import vector
from reelwright_fakes.vendor import Delivery, Wish
from reelwright_fakes.vendors.gemini_asking import WRONG, ContentJob, camel, content_job, text_of
from reelwright_fakes.vendors.openai_asking import known_model

STATUSES: Mapping[int, tuple[str, str]] = {
    400: (WRONG, "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
    403: ("PERMISSION_DENIED", "Your API key has no permission for this."),
    404: ("NOT_FOUND", "The model is not found, or is not supported for this method."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The request did not finish in time."),
}
OTHER = ("INTERNAL", "An internal error has occurred. Please retry.")
TOO_LONG = f"The input token count exceeds the maximum number of tokens allowed {WINDOW_TOKENS}."
RETRY = "type.googleapis.com/google.rpc.RetryInfo"
ENDINGS = {"stop": "STOP", "length": "MAX_TOKENS", "tools": "STOP", "content_filter": "SAFETY"}
MODELS = ("gemini-3.5-pro", "gemini-3.5-flash", "gemini-embedding-2")
EMBEDDING_SIZE = 3072


class Gemini:
    """`/gemini/v1beta` (and any other version)."""

    name = "gemini"
    bases: Mapping[str, str] = {"base_url": "/gemini"}
    variables: Sequence[str] = ("GEMINI_", "GOOGLE_")

    def environment(self, address: str) -> Mapping[str, str]:
        return {"GEMINI_API_KEY": "fake", "GOOGLE_GEMINI_BASE_URL": f"{address}/gemini"}

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        content, vectors, one = _Content(stage), _Vectors(stage), "/{version}/models/{model}"
        generate = stage.submits("generate", content.read, content.whole, attended=True)
        stream = stage.submits("stream", content.read, content.streamed, attended=True)
        embed = stage.submits("embed", vectors.read, vectors.one, attended=True)
        embed_all = stage.submits("embed", vectors.read, vectors.all, attended=True)
        return [
            Route(f"{one}:generateContent", generate, methods=["POST"]),
            Route(f"{one}:streamGenerateContent", stream, methods=["POST"]),
            Route(f"{one}:embedContent", embed, methods=["POST"]),
            Route(f"{one}:batchEmbedContents", embed_all, methods=["POST"]),
            Route("/{version}/models", stage.serves(_models), methods=["GET"]),
            Route(one, stage.serves(_models), methods=["GET"]),
        ]

    def key(self, request: Request) -> str | None:
        return request.headers.get("x-goog-api-key") or request.query_params.get("key")

    def callback(self, request: Request, body: Body) -> str | None:
        return None

    def problem(self, problem: Problem) -> Response:
        if problem.code == "content_filter":
            # Not an error: a prompt that may not be answered is answered with nothing.
            return JSONResponse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": "fake"})
        return JSONResponse(error_of(problem), problem.status, problem.headers)

    def failure(self, submission: Submission) -> Problem:
        usual = text_failure(submission)
        return usual if usual.status < 500 else Problem(503)

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        return None


def error_of(problem: Problem) -> dict[str, Any]:
    """The error as bodies and streams carry it."""
    status, sentence = STATUSES.get(problem.status, STATUSES[400] if problem.status < 500 else OTHER)
    too_long = problem.code == "context_length_exceeded"
    message = problem.message or (TOO_LONG if too_long else sentence)
    error: dict[str, Any] = {"code": problem.status, "message": message, "status": status, "details": []}
    if problem.retry_after_s is not None:
        error["details"].append({"@type": RETRY, "retryDelay": f"{problem.retry_after_s:g}s"})
    return {"error": error}


class _Content:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def read(self, request: Request, body: Body) -> Wish:
        job = content_job(request.path_params["model"], body.fields)
        price = prompt_micro_usd("gemini", job.demand)
        return Wish(secrets.token_hex(10), job.demand.prompt, job.demand.model, price, {"job": job}, job.demand)

    async def whole(self, request: Request, submission: Submission) -> Response:
        reply = _Reply(submission)
        return JSONResponse(reply.whole(await answered(self._stage, submission)))

    async def streamed(self, request: Request, submission: Submission) -> Response:
        reply = _Reply(submission)
        if request.query_params.get("alt") != "sse":
            return JSONResponse(list(reply.pieces(await answered(self._stage, submission))))
        frames = [sse.frame(piece) for piece in reply.pieces(made(submission))]
        return sse.stream(spoken(self._stage, submission, frames, _failed))


class _Reply:
    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._job: ContentJob = submission.arguments["job"]

    def whole(self, answers: Sequence[Answer]) -> dict[str, Any]:
        candidates = []
        for index, answer in enumerate(answers):
            parts = [part for token_parts in self._parts(answer, (answer.text,)) for part in token_parts]
            blocked = answer.ending == "content_filter"
            candidates.append(_candidate(index, [] if blocked else parts, answer))
        return self._response(candidates) | {"usageMetadata": self._usage(answers)}

    def pieces(self, answers: Sequence[Answer]) -> Iterator[dict[str, Any]]:
        """One response per token, and a last one that says why it ended and what it took."""
        for index, answer in enumerate(answers):
            for parts in self._parts(answer, answer.tokens):
                yield self._response([_candidate(index, parts)])
        ends = [_candidate(index, [{"text": ""}], answer) for index, answer in enumerate(answers)]
        yield self._response(ends) | {"usageMetadata": self._usage(answers)}

    def _parts(self, answer: Answer, texts: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        if self._job.thinks:
            yield [{"text": answer.thoughts, "thought": True}]
        yield from ([{"text": text}] for text in texts if text)
        for call in answer.calls:
            yield [{"functionCall": {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}}]

    def _response(self, candidates: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "candidates": candidates,
            "modelVersion": self._submission.model,
            "responseId": self._submission.id,
            "xFake": {"unknown": self._job.demand.unknown},
        }

    def _usage(self, answers: Sequence[Answer]) -> dict[str, Any]:
        thoughts = sum(answer.reasoning_tokens for answer in answers)
        written = sum(answer.completion_tokens for answer in answers)
        prompt = self._job.demand.prompt_tokens
        usage = {
            "promptTokenCount": prompt,
            "candidatesTokenCount": written - thoughts,
            "totalTokenCount": prompt + written,
        }
        return usage | {"thoughtsTokenCount": thoughts} if thoughts else usage


def _candidate(index: int, parts: Sequence[Mapping[str, Any]], answer: Answer | None = None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": index}
    if parts:
        candidate["content"] = {"role": "model", "parts": parts}
    if answer is not None:
        candidate["finishReason"] = ENDINGS[answer.ending]
        candidate["safetyRatings"] = []
    return candidate


class _Vectors:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def read(self, request: Request, body: Body) -> Wish:
        model = known_model(request.path_params["model"])
        asked = Arguments(body.fields, status=400, code=WRONG).mappings("requests") or [body.fields]
        texts = [text_of(camel(one).get("content")) for one in asked]
        if not all(texts):
            raise Problem(400, WRONG, "* EmbedContentRequest.content: content is empty", at="content")
        sizes = [_size(camel(one)) for one in asked]
        demand = fits_window(Demand(model, "\n".join(texts), "", "\n".join(texts)))
        price = prompt_micro_usd("gemini", demand)
        arguments = {"texts": texts, "sizes": sizes}
        return Wish(secrets.token_hex(10), demand.prompt, model, price, arguments, demand)

    async def one(self, request: Request, submission: Submission) -> Response:
        return await self._answer(submission, lambda values: {"embedding": values[0]})

    async def all(self, request: Request, submission: Submission) -> Response:
        return await self._answer(submission, lambda values: {"embeddings": values})

    async def _answer(
        self, submission: Submission, shown: Callable[[list[dict[str, Any]]], dict[str, Any]]
    ) -> Response:
        await self._stage.progress.settle(submission)
        asked = zip(submission.arguments["texts"], submission.arguments["sizes"], strict=True)
        values = [{"values": vector(text, size)} for text, size in asked]
        usage = {"promptTokenCount": submission.material.prompt_tokens}
        return JSONResponse(shown(values) | {"usageMetadata": usage})


def _size(fields: Mapping[str, Any]) -> int:
    config = camel(fields.get("embedContentConfig") or {})
    return int(config.get("outputDimensionality") or fields.get("outputDimensionality") or EMBEDDING_SIZE)


def _failed(problem: Problem) -> bytes:
    return sse.frame(error_of(problem))


async def _models(request: Request, body: Body) -> Response:
    named = request.path_params.get("model")
    if named is not None:
        return JSONResponse(_model(known_model(named)))
    return JSONResponse({"models": [_model(name) for name in MODELS]})


def _model(name: str) -> dict[str, Any]:
    made_for = ["embedContent"] if "embedding" in name else ["generateContent", "countTokens"]
    return {
        "name": f"models/{name}",
        "displayName": name,
        "inputTokenLimit": WINDOW_TOKENS,
        "outputTokenLimit": WINDOW_TOKENS,
        "supportedGenerationMethods": made_for,
    }
