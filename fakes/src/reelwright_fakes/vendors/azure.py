"""Azure OpenAI's wire: text, classic by deployment and below `/openai/v1`, with its filter's remarks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Endpoint, Stage
from reelwright_fakes.text.answers import Answer
from reelwright_fakes.text.speaking import text_failure
from reelwright_fakes.vendor import Delivery
from reelwright_fakes.vendors.openai_chat import Chat, Reply
from reelwright_fakes.vendors.openai_errors import error_of, refused
from reelwright_fakes.vendors.openai_plain import embeddings, models
from reelwright_fakes.vendors.openai_responses import Responses

SAFE = {"filtered": False, "severity": "safe"}
DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
UNDATED = frozenset({"", "v1", "latest", "preview"})
NOT_FOUND = {"code": "404", "message": "Resource not found"}
NO_VERSION = {"code": "BadRequest", "message": "api-version query parameter is not allowed when using /v1 path"}
DENIED = {
    "code": "401",
    "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    "for an active subscription and use a correct regional API endpoint for your resource.",
}
UNDEPLOYED = {
    "code": "DeploymentNotFound",
    "message": "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
    "minutes, please wait a moment and try again.",
}
REMARKS = dict.fromkeys(("hate", "self_harm", "sexual", "violence"), SAFE)


class Azure:
    """`/azure`: the endpoint of one resource."""

    name = "azure"
    bases: Mapping[str, str] = {"azure_endpoint": "/azure", "base_url": "/azure/openai/v1"}
    variables: Sequence[str] = ("AZURE_OPENAI_", "OPENAI_API_VERSION")

    def environment(self, address: str) -> Mapping[str, str]:
        return {
            "AZURE_OPENAI_API_KEY": "fake",
            "AZURE_OPENAI_ENDPOINT": f"{address}/azure",
            "OPENAI_API_VERSION": "2026-10-01",
            "AZURE_OPENAI_DEPLOYMENTS": "gpt-4.1",
        }

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        chat, embed = Chat(stage, AzureReply).endpoint(), embeddings(stage)
        one = "/openai/deployments/{deployment}"
        return [
            Route("/openai/v1/chat/completions", _unversioned(chat), methods=["POST"]),
            *Responses(stage).routes("/openai/v1"),
            Route("/openai/v1/embeddings", _unversioned(embed), methods=["POST"]),
            Route("/openai/v1/models", models(stage), methods=["GET"]),
            Route(f"{one}/chat/completions", _versioned(chat), methods=["POST"]),
            Route(f"{one}/embeddings", _versioned(embed), methods=["POST"]),
            Route("/{path:path}", _nowhere, methods=["GET", "POST"]),
        ]

    def key(self, request: Request) -> str | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return request.headers.get("api-key") or (key if scheme.lower() == "bearer" else None)

    def callback(self, request: Request, body: Body) -> str | None:
        return None

    def problem(self, problem: Problem) -> Response:
        if problem.status == 401:
            return refused(problem, DENIED | ({"message": problem.message} if problem.message else {}))
        if problem.code == "model_not_found":
            return refused(problem, UNDEPLOYED)
        error = error_of(problem)
        if problem.code == "content_filter":
            reasons = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": REMARKS}
            error |= {"type": None, "status": problem.status, "innererror": reasons}
        return refused(problem, error)

    def failure(self, submission: Submission) -> Problem:
        return text_failure(submission)

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        return None


class AzureReply(Reply):
    """Completions with what Azure's filter says: a first chunk without choices, and later ones without a delta."""

    def whole(self, answers: Sequence[Answer]) -> dict[str, Any]:
        return super().whole(answers) | {"prompt_filter_results": [_prompt_remarks()]}

    def frames(self, answers: Sequence[Answer]) -> list[bytes]:
        opening = {
            "id": "",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "",
            "choices": [],
            "prompt_filter_results": [_prompt_remarks()],
        }
        first, *rest = super().frames(answers)
        remark = {"index": 0, "finish_reason": None, "content_filter_results": REMARKS, "content_filter_offsets": {}}
        annotated = opening | {"choices": [remark]}
        del annotated["prompt_filter_results"]
        return [sse.frame(opening), first, sse.frame(annotated), *rest]

    def _choice(self, index: int, answer: Answer) -> dict[str, Any]:
        return super()._choice(index, answer) | {"content_filter_results": REMARKS}


def _prompt_remarks() -> dict[str, Any]:
    return {"prompt_index": 0, "content_filter_results": REMARKS}


def _versioned(endpoint: Endpoint) -> Endpoint:
    """The classic paths are found only by those who say which version they mean, by its date."""

    async def checked(request: Request) -> Response:
        if not DATED.fullmatch(request.query_params.get("api-version", "")):
            return await _nowhere(request)
        return await endpoint(request)

    return checked


def _unversioned(endpoint: Endpoint) -> Endpoint:
    """Those below `/openai/v1` have no dated versions."""

    async def checked(request: Request) -> Response:
        if request.query_params.get("api-version", "") not in UNDATED:
            return JSONResponse({"error": NO_VERSION}, 400)
        return await endpoint(request)

    return checked


async def _nowhere(request: Request) -> Response:
    return JSONResponse({"error": NOT_FOUND}, 404)
