"""Replicate's wire: predictions, their list, files and signed webhooks."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import signatures
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.vendor import Delivery, Wish
from reelwright_fakes.vendors.replicate_models import outputs_of, pictures_of, price_micro_usd

PAGE = 100
UPLOAD_LIFE_S = 86_400.0
STATES = {
    "queued": "starting",
    "running": "processing",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "canceled",
}
TITLES = {
    401: ("Unauthenticated", "You did not pass a valid authentication token"),
    402: ("Insufficient credit", "You have insufficient credit to run this model."),
    404: ("Not found", "The requested resource could not be found."),
    422: ("Input validation failed", "The input is not valid."),
    429: ("Too many requests", "Request was throttled."),
}


class Replicate:
    """`/replicate/v1`: predictions by version, model or deployment; files."""

    name = "replicate"
    bases: Mapping[str, str] = {"REPLICATE_BASE_URL": "/replicate"}
    variables: Sequence[str] = ("REPLICATE_",)

    def environment(self, address: str) -> Mapping[str, str]:
        return {"REPLICATE_API_TOKEN": "fake", "REPLICATE_BASE_URL": f"{address}/replicate"}

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        wire = _Predictions(stage)
        create = stage.submits("predict", wire.read, wire.created)
        one = "/v1/predictions/{provider_id}"
        return [
            Route("/v1/predictions", create, methods=["POST"]),
            Route("/v1/predictions", stage.serves(wire.listed), methods=["GET"]),
            Route("/v1/models/{owner}/{name}/predictions", create, methods=["POST"]),
            Route("/v1/deployments/{owner}/{name}/predictions", create, methods=["POST"]),
            Route("/v1/models/{owner}/{name}/versions/{version}", stage.serves(_version), methods=["GET"]),
            Route(one, stage.follows("poll", wire.polled), methods=["GET"]),
            Route(f"{one}/cancel", stage.follows("cancel", wire.cancelled), methods=["POST"]),
            Route("/v1/files", stage.serves(wire.upload), methods=["POST"]),
            Route("/v1/webhooks/default/secret", stage.serves(_secret), methods=["GET"]),
        ]

    def key(self, request: Request) -> str | None:
        return request.headers.get("authorization", "").partition(" ")[2] or None

    def callback(self, request: Request, body: Body) -> str | None:
        address = body.fields.get("webhook")
        return address if isinstance(address, str) else None

    def problem(self, problem: Problem) -> Response:
        title, detail = TITLES.get(problem.status, ("Error", "The request could not be served."))
        shown: dict[str, Any] = {"title": title, "detail": problem.message or detail, "status": problem.status}
        if problem.status == 422 and problem.at is not None:
            field = {"type": problem.code, "field": f"input.{problem.at}", "description": problem.message}
            shown["invalid_fields"] = [field]
        headers = dict(problem.headers)
        if problem.retry_after_s is not None:
            headers["retry-after"] = f"{problem.retry_after_s:g}"
            shown["detail"] += f" Your rate limit resets in ~{problem.retry_after_s:g}s."
        return JSONResponse(shown, problem.status, headers, media_type="application/problem+json")

    def failure(self, submission: Submission) -> Problem:
        return Problem(500, None, "CUDA out of memory")

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        wanted = submission.arguments.get("webhook_events_filter") or ["completed"]
        if "completed" not in wanted:
            return None
        body = json.dumps(prediction(stage, submission)).encode()
        # The same id for the same news, however often it is delivered: receivers tell repetitions by it.
        note_id = f"msg_{hashlib.sha256(submission.id.encode()).hexdigest()[:24]}"
        signed = signatures.standard(note_id, int(time.time()), body, forged=forged)
        return Delivery(body, {"content-type": "application/json", **signed})


def prediction(stage: Stage, submission: Submission) -> dict[str, Any]:
    """The prediction object."""
    done = submission.state == "succeeded"
    address = f"{submission.base_url}/replicate/v1/predictions/{submission.id}"
    took_s = max(0.0, (submission.finished_at or 0) - (submission.started_at or 0))
    return {
        "id": submission.id,
        "model": submission.model,
        "version": submission.arguments.get("version", "hidden").rpartition(":")[2],
        "input": submission.arguments.get("input", {}),
        "output": outputs_of(stage, submission) if done else None,
        "logs": _logs(submission),
        "error": submission.failure.message if submission.failure else None,
        "status": STATES[submission.state],
        "source": "api",
        "data_removed": False,
        "created_at": _time(submission.at),
        "started_at": _time(submission.started_at),
        "completed_at": _time(submission.finished_at),
        "metrics": {"predict_time": round(took_s, 3)} if submission.finished else {},
        "urls": {"get": address, "cancel": f"{address}/cancel", "web": f"{address}/web"},
    }


class _Predictions:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def read(self, request: Request, body: Body) -> Wish:
        arguments, model = body.fields, _model(request, body.fields)
        given = arguments.get("input")
        if not isinstance(given, dict):
            raise Problem(422, "required", "- input: input is required", at="input")
        pictures = pictures_of(given)
        return Wish(
            provider_id=secrets.token_hex(13),
            prompt=str(given.get("prompt", "")),
            model=model,
            price_micro_usd=price_micro_usd(model, pictures),
            arguments=arguments,
            material=pictures,
        )

    async def created(self, request: Request, submission: Submission) -> Response:
        prefer, scenario = request.headers.get("prefer", ""), submission.plan.scenario
        if prefer.startswith("wait") and not scenario.paced:
            self._stage.progress.finish(submission)
        # A paced prediction outlasts the wait, however long that was meant to be.
        status = 202 if prefer.startswith("wait") and not submission.finished else 201
        return JSONResponse(prediction(self._stage, submission), status)

    async def polled(self, request: Request, submission: Submission) -> Response:
        self._stage.progress.poll(submission)
        return JSONResponse(prediction(self._stage, submission))

    async def cancelled(self, request: Request, submission: Submission) -> Response:
        self._stage.progress.cancel(submission)
        return JSONResponse(prediction(self._stage, submission))

    async def listed(self, request: Request, body: Body) -> Response:
        newest = self._stage.world.ledger.accepted("replicate")[::-1]
        start = int(request.query_params.get("cursor", "0"))
        here = f"{str(request.base_url).rstrip('/')}/replicate/v1/predictions?cursor="
        return JSONResponse(
            {
                "previous": f"{here}{max(0, start - PAGE)}" if start else None,
                "next": f"{here}{start + PAGE}" if start + PAGE < len(newest) else None,
                "results": [prediction(self._stage, submission) for submission in newest[start : start + PAGE]],
            }
        )

    async def upload(self, request: Request, body: Body) -> Response:
        file = next((file for file in body.files if file.part == "content"), None)
        if file is None:
            raise Problem(422, "required", "- content: a file is required", at="content")
        now = self._stage.world.clock.now()
        path = self._stage.world.files.keep(
            file.content, name=file.name, media_type=file.media_type, expires_at=now + UPLOAD_LIFE_S
        )
        digest = hashlib.sha256(file.content).hexdigest()
        return JSONResponse(
            {
                "id": path.split("/")[2],
                "name": file.name,
                "content_type": file.media_type,
                "size": len(file.content),
                "etag": digest[:32],
                "checksums": {"sha256": digest},
                "metadata": {},
                "created_at": _time(now),
                "expires_at": _time(now + UPLOAD_LIFE_S),
                "urls": {"get": str(request.base_url).rstrip("/") + path},
            },
            201,
        )


def _model(request: Request, arguments: Mapping[str, Any]) -> str:
    if "owner" in request.path_params:
        return f"{request.path_params['owner']}/{request.path_params['name']}"
    version = arguments.get("version") or arguments.get("model")
    if not isinstance(version, str) or not version:
        raise Problem(422, "required", "- version: version is required", at="version")
    return version.partition(":")[0] if "/" in version else "fake/by-version"


def _logs(submission: Submission) -> str:
    if submission.state == "queued":
        return ""
    done = 10 if submission.state == "succeeded" else min(9, submission.polls * 3)
    return f" {done * 10}%|{'#' * done}{' ' * (10 - done)}| {done}/10 [00:01<00:01]"


def _time(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _version(request: Request, body: Body) -> Response:
    output = {"type": "array", "items": {"type": "string", "format": "uri"}}
    schema = {"components": {"schemas": {"Input": {"type": "object"}, "Output": output}}}
    version = request.path_params["version"]
    shown = {"id": version, "created_at": "2026-01-01T00:00:00Z", "cog_version": "0.16.0", "openapi_schema": schema}
    return JSONResponse(shown)


async def _secret(request: Request, body: Body) -> Response:
    return JSONResponse({"key": signatures.SECRET})
