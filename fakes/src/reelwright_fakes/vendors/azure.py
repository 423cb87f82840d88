"""Azure OpenAI's wire: text, classic by deployment and below `/openai/v1`, with its filter's remarks."""

from __future__ import annotations

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
            Route("/openai/v1/chat/completions", chat, methods=["POST"]),
            *Responses(stage).routes("/openai/v1"),
            Route("/openai/v1/embeddings", embed, methods=["POST"]),
            Route("/openai/v1/models", models(stage), methods=["GET"]),
            Route(f"{one}/chat/completions", _versioned(chat), methods=["POST"]),
            Route(f"{one}/embeddings", _versioned(embed), methods=["POST"]),
        ]

    def key(self, request: Request) -> str | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return request.headers.get("api-key") or (key if scheme.lower() == "bearer" else None)

    def callback(self, request: Request, body: Body) -> str | None:
        return None

    def problem(self, problem: Problem) -> Response:
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
    """The classic paths are found only by those who say which version they mean."""

    async def checked(request: Request) -> Response:
        if not request.query_params.get("api-version"):
            return JSONResponse({"error": {"code": "404", "message": "Resource not found"}}, 404)
        return await endpoint(request)

    return checked
