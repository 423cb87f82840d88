"""Anthropic's wire: messages, whole and streamed, and the counting of their tokens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.text.answers import Answer, Call
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.text.speaking import WINDOW_TOKENS, answered, made, prompt_micro_usd, spoken, text_failure
from reelwright_fakes.text.tokens import tokens_of
from reelwright_fakes.vendor import Delivery, Wish
from reelwright_fakes.vendors.anthropic_asking import MessageJob, message_job

TYPES: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request is not valid."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low."),
    403: ("permission_error", "Your API key has no permission for this."),
    404: ("not_found_error", "The requested resource could not be found."),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your rate limit."),
    504: ("timeout_error", "Request timed out"),
    529: ("overloaded_error", "Overloaded"),
}
OTHER = ("api_error", "Internal server error")
SENTENCES = {
    "context_length_exceeded": f"prompt is too long: more than {WINDOW_TOKENS} tokens maximum",
    "content_filter": "Output blocked by content filtering policy",
}
ENDINGS = {"stop": "end_turn", "length": "max_tokens", "tools": "tool_use", "content_filter": "refusal"}
MODELS = ("claude-opus-5", "claude-sonnet-5", "claude-haiku-5")


class Anthropic:
    """`/anthropic/v1`: messages."""

    name = "anthropic"
    bases: Mapping[str, str] = {"base_url": "/anthropic"}
    variables: Sequence[str] = ("ANTHROPIC_",)

    def environment(self, address: str) -> Mapping[str, str]:
        return {"ANTHROPIC_API_KEY": "fake", "ANTHROPIC_BASE_URL": f"{address}/anthropic"}

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        return [
            Route("/v1/messages", _Messages(stage).endpoint(), methods=["POST"]),
            Route("/v1/messages/count_tokens", stage.serves(_counted), methods=["POST"]),
            Route("/v1/models", stage.serves(_models), methods=["GET"]),
        ]

    def key(self, request: Request) -> str | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return request.headers.get("x-api-key") or (key if scheme.lower() == "bearer" else None)

    def callback(self, request: Request, body: Body) -> str | None:
        return None

    def problem(self, problem: Problem) -> Response:
        request_id = f"req_{secrets.token_hex(12)}"
        headers = {"request-id": request_id} | problem.headers
        if problem.retry_after_s is not None:
            headers["retry-after"] = f"{problem.retry_after_s:g}"
        return JSONResponse(error_of(problem) | {"request_id": request_id}, problem.status, headers)

    def failure(self, submission: Submission) -> Problem:
        usual = text_failure(submission)
        return usual if usual.status < 500 else Problem(529)

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        return None


def error_of(problem: Problem) -> dict[str, Any]:
    """The error as bodies and streams carry it. Codes that are types of its own go before the status."""
    kind, sentence = TYPES.get(problem.status, TYPES[400] if problem.status < 500 else OTHER)
    if problem.code and problem.code.endswith("_error"):
        kind = problem.code
    message = problem.message or SENTENCES.get(problem.code or "", sentence)
    return {"type": "error", "error": {"type": kind, "message": message}}


class _Messages:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def endpoint(self) -> Any:
        return self._stage.submits("message", self._read, self._answer, attended=True)

    def _read(self, request: Request, body: Body) -> Wish:
        _check_version(request)
        job = message_job(body.fields)
        price = prompt_micro_usd("anthropic", job.demand)
        return Wish(
            f"msg_{secrets.token_hex(12)}", job.demand.prompt, job.demand.model, price, {"job": job}, job.demand
        )

    async def _answer(self, request: Request, submission: Submission) -> Response:
        job: MessageJob = submission.arguments["job"]
        if job.stream:
            frames = list(_frames(submission, job, made(submission)[0]))
            response: Response = sse.stream(spoken(self._stage, submission, frames, _failed))
        else:
            (answer,) = await answered(self._stage, submission)
            response = JSONResponse(_message(submission, job, answer))
        response.headers["request-id"] = f"req_{submission.id}"
        return response


def _message(submission: Submission, job: MessageJob, answer: Answer) -> dict[str, Any]:
    return {
        "id": submission.id,
        "type": "message",
        "role": "assistant",
        "model": submission.model,
        "content": list(_content(job, answer)),
        **_ending(answer),
        "usage": _usage(job.demand, answer.completion_tokens),
        "x_fake": {"unknown": job.demand.unknown},
    }


def _content(job: MessageJob, answer: Answer) -> Iterator[dict[str, Any]]:
    if job.thinks:
        yield {"type": "thinking", "thinking": answer.thoughts, "signature": "fake"}
    if answer.tokens:
        yield {"type": "text", "text": answer.text}
    for call in answer.calls:
        yield {"type": "tool_use", "id": _id(call), "name": call.name, "input": json.loads(call.arguments)}


def _frames(submission: Submission, job: MessageJob, answer: Answer) -> Iterator[bytes]:
    opening = _message(submission, job, answer) | {"content": [], "stop_reason": None, "stop_sequence": None}
    opening["usage"] = _usage(job.demand, 1)
    yield _event("message_start", message=opening)
    yield _event("ping")
    for index, block in enumerate(_content(job, answer)):
        yield from _block(index, block, answer)
    usage = {"output_tokens": answer.completion_tokens, "x_fake_usage": "kept"}
    yield _event("message_delta", delta=_ending(answer), usage=usage)
    yield _event("message_stop")


def _block(index: int, block: dict[str, Any], answer: Answer) -> Iterator[bytes]:
    """One block: it opens empty, grows token by token, and closes."""
    empty: dict[str, dict[str, Any]] = {
        "text": {"text": ""},
        "thinking": {"thinking": "", "signature": ""},
        "tool_use": {"input": {}},
    }
    yield _event("content_block_start", index=index, content_block=block | empty[block["type"]])
    for delta in _deltas(block, answer):
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _deltas(block: dict[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        yield from ({"type": "text_delta", "text": token} for token in answer.tokens)
    elif block["type"] == "thinking":
        yield from ({"type": "thinking_delta", "thinking": token} for token in tokens_of(block["thinking"]))
        yield {"type": "signature_delta", "signature": block["signature"]}
    else:
        (arguments,) = [call.arguments for call in answer.calls if _id(call) == block["id"]]
        yield from ({"type": "input_json_delta", "partial_json": token} for token in ["", *tokens_of(arguments)])


def _event(kind: str, **fields: Any) -> bytes:
    return sse.frame({"type": kind, **fields}, event=kind)


def _failed(problem: Problem) -> bytes:
    return sse.frame(error_of(problem), event="error")


def _ending(answer: Answer) -> dict[str, Any]:
    reason = "stop_sequence" if answer.stopped_by else ENDINGS[answer.ending]
    return {"stop_reason": reason, "stop_sequence": answer.stopped_by}


def _usage(demand: Demand, written: int) -> dict[str, Any]:
    """What is marked to be cached counts as read from the cache, always: the fake has seen everything before."""
    return {
        "input_tokens": demand.prompt_tokens - demand.stable,
        "output_tokens": written,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": demand.stable,
        "service_tier": "standard",
        "x_fake_usage": "kept",
    }


def _id(call: Call) -> str:
    return call.id.replace("call_", "toolu_")


def _check_version(request: Request) -> None:
    if not request.headers.get("anthropic-version"):
        raise Problem(400, "invalid_request_error", "anthropic-version: header is required")


async def _counted(request: Request, body: Body) -> Response:
    try:
        fields = dict(json.loads(body.raw))
    except (TypeError, ValueError):
        raise Problem(400, "invalid_request_error", "The request body is not valid JSON") from None
    return JSONResponse({"input_tokens": message_job({"max_tokens": 1} | fields).demand.prompt_tokens})


async def _models(request: Request, body: Body) -> Response:
    data = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2026-06-01T00:00:00Z"} for name in MODELS
    ]
    return JSONResponse({"data": data, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})
