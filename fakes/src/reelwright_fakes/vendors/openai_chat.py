"""OpenAI's chat completions, whole and streamed."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Endpoint, Stage
from reelwright_fakes.text.answers import Answer, Call
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.text.speaking import answered, made, prompt_micro_usd, spoken
from reelwright_fakes.text.tokens import tokens_of
from reelwright_fakes.vendor import Wish
from reelwright_fakes.vendors.openai_asking import ChatJob, chat_job
from reelwright_fakes.vendors.openai_errors import error_of

ENDINGS = {"stop": "stop", "length": "length", "tools": "tool_calls", "content_filter": "content_filter"}
DONE = b"data: [DONE]\n\n"


class Chat:
    """`/chat/completions` of one vendor that speaks like OpenAI."""

    def __init__(self, stage: Stage, reply: type[Reply] | None = None) -> None:
        self._stage = stage
        self._reply = reply or Reply

    def endpoint(self) -> Endpoint:
        """What answers the path; its `deployment`, if it has one, is the model."""
        return self._stage.submits("chat", self._read, self._answer, attended=True)

    def _read(self, request: Request, body: Body) -> Wish:
        job = chat_job(body.fields, model=request.path_params.get("deployment"))
        return Wish(
            provider_id=f"chatcmpl-{secrets.token_hex(12)}",
            prompt=job.demand.prompt,
            model=job.demand.model,
            price_micro_usd=prompt_micro_usd(self._stage.vendor.name, job.demand),
            arguments={"job": job},
            material=job.demand,
        )

    async def _answer(self, request: Request, submission: Submission) -> Response:
        job: ChatJob = submission.arguments["job"]
        reply = self._reply(submission, job)
        if job.stream:
            frames = reply.frames(made(submission))
            response: Response = sse.stream(spoken(self._stage, submission, frames, _failed))
        else:
            response = JSONResponse(reply.whole(await answered(self._stage, submission)))
        response.headers["x-request-id"] = f"req_{submission.id}"
        response.headers["openai-processing-ms"] = "1"
        response.headers["x-ratelimit-limit-requests"] = "10000"
        response.headers["x-ratelimit-remaining-requests"] = "9999"
        return response


class Reply:
    """The JSON of one completion; its fields `x_fake...` are in no specification, so that losing them shows."""

    def __init__(self, submission: Submission, job: ChatJob) -> None:
        self._job = job
        self._head = {
            "id": submission.id,
            "created": int(submission.at),
            "model": submission.model,
            "service_tier": job.tier,
            "system_fingerprint": "fp_fake",
        }

    def whole(self, answers: Sequence[Answer]) -> dict[str, Any]:
        """A `chat.completion`."""
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [self._choice(index, answer) for index, answer in enumerate(answers)],
            "usage": usage_of(self._job.demand, answers, self._job.cached_tokens),
            "x_fake": {"unknown": self._job.demand.unknown},
        }

    def frames(self, answers: Sequence[Answer]) -> list[bytes]:
        """The events of a stream: one token is one chunk."""
        numbers = itertools.count()
        frames = [sse.frame(self._chunk([choice], next(numbers))) for choice in self._choices(answers)]
        if self._job.include_usage:
            usage = usage_of(self._job.demand, answers, self._job.cached_tokens)
            frames.append(sse.frame(self._chunk([], next(numbers)) | {"usage": usage}))
        return [*frames, DONE]

    def _choice(self, index: int, answer: Answer) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if answer.calls else answer.text,
            "refusal": None,
            "annotations": [],
            "x_fake_message": "kept",
        }
        if answer.calls:
            message["tool_calls"] = [_called(call) for call in answer.calls]
        if self._job.shows_thoughts:
            message["reasoning_content"] = answer.thoughts
        return {
            "index": index,
            "message": message,
            "finish_reason": ENDINGS[answer.ending],
            "logprobs": self._logprobs(answer.tokens),
            "x_fake_choice": "kept",
        }

    def _chunk(self, choices: list[dict[str, Any]], number: int) -> dict[str, Any]:
        extra: dict[str, Any] = {"chunk": number}
        if number == 0:
            extra["unknown"] = self._job.demand.unknown
        chunk = {**self._head, "object": "chat.completion.chunk", "choices": choices, "x_fake": extra}
        return chunk | {"usage": None} if self._job.include_usage else chunk

    def _choices(self, answers: Sequence[Answer]) -> Iterator[dict[str, Any]]:
        """What each chunk says, several answers in turns."""
        turns = [iter(self._deltas(answer)) for answer in answers]
        for together in itertools.zip_longest(*turns):
            for index, step in enumerate(together):
                if step is not None:
                    delta, tokens = step
                    logprobs = self._logprobs(tokens) if tokens else None
                    yield _streamed(index, delta, None) | {"logprobs": logprobs}
        for index, answer in enumerate(answers):
            yield _streamed(index, {}, ENDINGS[answer.ending])

    def _deltas(self, answer: Answer) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
        opening = None if answer.calls else ""
        yield {"role": "assistant", "content": opening, "refusal": None, "x_fake_delta": "kept"}, ()
        if self._job.shows_thoughts:
            yield from (({"reasoning_content": token}, ()) for token in tokens_of(answer.thoughts))
        yield from (({"content": token}, (token,)) for token in answer.tokens)
        for index, call in enumerate(answer.calls):
            opened = _called(call) | {"index": index, "function": {"name": call.name, "arguments": ""}}
            yield {"tool_calls": [opened]}, ()
            for token in tokens_of(call.arguments):
                yield {"tool_calls": [{"index": index, "function": {"arguments": token}}]}, ()

    def _logprobs(self, tokens: Sequence[str]) -> dict[str, Any] | None:
        if self._job.top is None:
            return None
        return {"content": [_likely(token, self._job.top) for token in tokens], "refusal": None}


def usage_of(demand: Demand, answers: Sequence[Answer], cached: int) -> dict[str, Any]:
    """The tokens of a completion as OpenAI counts them."""
    written = sum(answer.completion_tokens for answer in answers)
    return {
        "prompt_tokens": demand.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": demand.prompt_tokens + written,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": sum(answer.reasoning_tokens for answer in answers),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "x_fake_usage": "kept",
    }


def _failed(problem: Problem) -> bytes:
    return sse.frame({"error": error_of(problem)})


def _called(call: Call) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _streamed(index: int, delta: dict[str, Any], ending: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": ending, "x_fake_choice": "kept"}


def _likely(token: str, top: int) -> dict[str, Any]:
    """A token with its made-up likelihood, the same for the same token; alternatives are less likely."""
    logprob = -hashlib.sha256(token.encode()).digest()[0] / 256
    others = [_entry(token if rank == 0 else f"{token}{rank}", logprob - rank) for rank in range(top)]
    return _entry(token, logprob) | {"top_logprobs": others}


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
