"""OpenAI's wire: text, and images made and edited, whole or streamed."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.text.speaking import text_failure
from reelwright_fakes.vendor import Delivery, Wish
from reelwright_fakes.vendors.openai_chat import Chat
from reelwright_fakes.vendors.openai_errors import error_of, refused
from reelwright_fakes.vendors.openai_images import ImageJob, edit_job, generation_job
from reelwright_fakes.vendors.openai_plain import embeddings, models, moderations
from reelwright_fakes.vendors.openai_responses import Responses

URL_LIFE_S = 3600.0


class OpenAI:
    """`/openai/v1`: text and images."""

    name = "openai"
    bases: Mapping[str, str] = {"base_url": "/openai/v1"}
    variables: Sequence[str] = ("OPENAI_",)

    def environment(self, address: str) -> Mapping[str, str]:
        return {"OPENAI_API_KEY": "fake", "OPENAI_BASE_URL": f"{address}/openai/v1"}

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        return [
            Route("/v1/chat/completions", Chat(stage).endpoint(), methods=["POST"]),
            *Responses(stage).routes("/v1"),
            Route("/v1/embeddings", embeddings(stage), methods=["POST"]),
            Route("/v1/moderations", moderations(stage), methods=["POST"]),
            Route("/v1/models", models(stage), methods=["GET"]),
            Route("/v1/models/{model:path}", models(stage), methods=["GET"]),
            Route("/v1/images/generations", _Images(stage, "generate").endpoint(), methods=["POST"]),
            Route("/v1/images/edits", _Images(stage, "edit").endpoint(), methods=["POST"]),
        ]

    def key(self, request: Request) -> str | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key if scheme.lower() == "bearer" else request.headers.get("api-key")

    def callback(self, request: Request, body: Body) -> str | None:
        return None

    def problem(self, problem: Problem) -> Response:
        return refused(problem, error_of(problem))

    def failure(self, submission: Submission) -> Problem:
        if submission.operation not in {"generate", "edit"}:
            return text_failure(submission)
        return Problem(400, "moderation_blocked", "Your request was rejected by the safety system.")

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        return None


class _Images:
    """One of the two operations, which differ in what they read and in the names of stream events."""

    def __init__(self, stage: Stage, operation: str) -> None:
        self._stage = stage
        self._operation = operation
        self._event = {"generate": "image_generation", "edit": "image_edit"}[operation]

    def endpoint(self) -> Any:
        return self._stage.submits(self._operation, self._read, self._answer)

    def _read(self, request: Request, body: Body) -> Wish:
        job = edit_job(body) if self._operation == "edit" else generation_job(body.fields)
        return Wish(
            provider_id=f"req_{secrets.token_hex(16)}",
            prompt=job.prompt,
            model=job.model,
            price_micro_usd=job.price_micro_usd(),
            arguments=body.fields,
            material=job,
        )

    async def _answer(self, request: Request, submission: Submission) -> Response:
        job: ImageJob = submission.material
        if job.stream:
            response: Response = sse.stream(self._frames(submission, job))
        else:
            await self._stage.progress.settle(submission)
            entries = [await self._entry(submission, job, index) for index in range(job.count)]
            response = JSONResponse(self._envelope(submission, job) | {"data": entries, "usage": job.usage()})
        response.headers["x-request-id"] = submission.id
        response.headers["openai-processing-ms"] = "1"
        return response

    def _envelope(self, submission: Submission, job: ImageJob) -> dict[str, Any]:
        return {"created": int(submission.at), **job.shown()}

    async def _entry(self, submission: Submission, job: ImageJob, index: int) -> dict[str, str]:
        content = await asyncio.to_thread(job.content, index)
        if not job.as_url:
            return {"b64_json": base64.b64encode(content).decode()}
        name = f"image-{index}.{job.format}"
        return {"url": self._stage.keep(submission, content, name=name, media_type=job.media_type, life_s=URL_LIFE_S)}

    async def _frames(self, submission: Submission, job: ImageJob) -> AsyncIterator[bytes]:
        for number in range(job.partial_images):
            preview = await asyncio.to_thread(job.content, 0, (number + 1) / (job.partial_images + 1))
            partial = self._event_of("partial_image", submission, job, preview) | {"partial_image_index": number}
            yield sse.frame(partial, event=partial["type"])
        try:
            await self._stage.progress.settle(submission)
        except Problem as problem:
            yield sse.frame({"type": "error", "error": error_of(problem)}, event="error")
            return
        final = self._event_of("completed", submission, job, await asyncio.to_thread(job.content, 0))
        yield sse.frame(final | {"usage": job.usage()}, event=final["type"])

    def _event_of(self, what: str, submission: Submission, job: ImageJob, content: bytes) -> dict[str, Any]:
        return {
            "type": f"{self._event}.{what}",
            "b64_json": base64.b64encode(content).decode(),
            "created_at": int(submission.at),
            **job.shown(),
        }
