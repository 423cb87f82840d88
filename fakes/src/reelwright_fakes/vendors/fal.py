"""fal's wire: the queue with its status stream and webhooks, direct runs, and the file host."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import signatures, sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.vendor import Delivery, Wish
from reelwright_fakes.vendors.fal_models import pictures_of, price_micro_usd, result_of

USER = "fake-user"
UPLOAD_LIFE_S = 7 * 86_400.0
ERROR_TYPES = {
    400: "bad_request",
    401: "auth_error",
    402: "exhausted_balance",
    403: "exhausted_balance",
    404: "not_found",
    429: "rate_limit",
    503: "runner_scheduling_failure",
    504: "request_timeout",
}
SENTENCES = {
    401: "Cannot access application: authentication is required to access this application.",
    402: "User is locked. Reason: exhausted balance.",
    403: "User is locked. Reason: exhausted balance.",
    404: "Request not found.",
    429: "Too many requests.",
}


class Fal:
    """`/fal`: `queue` and `run` for models, `rest` and `cdn` for files."""

    name = "fal"
    bases: Mapping[str, str] = {
        "QUEUE_URL_FORMAT": "/fal/queue/",
        "RUN_URL_FORMAT": "/fal/run/",
        "REST_URL": "/fal/rest",
        "CDN_URL": "/fal/cdn",
    }
    variables: Sequence[str] = ("FAL_",)

    def environment(self, address: str) -> Mapping[str, str]:
        rooms = {f"FAL_{room.upper()}_BASE_URL": f"{address}/fal/{room}" for room in ("queue", "run", "rest", "cdn")}
        return {"FAL_KEY": "fake:fake", **rooms}

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        wire = _Queue(stage)
        work = "/queue/{app:path}/requests/{provider_id}"
        return [
            Route(f"{work}/status/stream", stage.follows("poll", wire.status_stream), methods=["GET"]),
            Route(f"{work}/status", stage.follows("poll", wire.status), methods=["GET"]),
            Route(f"{work}/cancel", stage.follows("cancel", wire.cancel), methods=["PUT"]),
            Route(work, stage.follows("result", wire.result), methods=["GET"]),
            Route("/queue/{app:path}", stage.submits("submit", wire.read, wire.submitted), methods=["POST"]),
            Route("/run/{app:path}/stream", stage.submits("stream", wire.read, wire.streamed), methods=["POST"]),
            Route("/run/{app:path}", stage.submits("run", wire.read, wire.ran), methods=["POST"]),
            Route("/rest/storage/auth/token", stage.serves(_upload_token), methods=["POST"]),
            Route("/rest/.well-known/jwks.json", _keys, methods=["GET"]),
            Route("/cdn/files/upload", stage.serves(wire.upload), methods=["POST"]),
        ]

    def key(self, request: Request) -> str | None:
        return request.headers.get("authorization", "").partition(" ")[2] or None

    def callback(self, request: Request, body: Body) -> str | None:
        return request.query_params.get("fal_webhook")

    def problem(self, problem: Problem) -> Response:
        kind = problem.code or ERROR_TYPES.get(problem.status, "internal_error")
        headers = {"x-fal-request-id": str(uuid.uuid4()), "x-fal-error-type": kind} | problem.headers
        if problem.retry_after_s is not None:
            headers["retry-after"] = f"{problem.retry_after_s:g}"
        if problem.status == 422:
            return JSONResponse({"detail": details_of(problem)}, 422, headers | {"x-fal-retryable": "false"})
        detail = problem.message or SENTENCES.get(problem.status, "Internal server error.")
        return JSONResponse({"detail": detail, "error_type": kind}, problem.status, headers)

    def failure(self, submission: Submission) -> Problem:
        message = "The content could not be processed because it was flagged by a content checker."
        return Problem(422, "content_policy_violation", message, at="prompt")

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        note: dict[str, Any] = {"request_id": submission.id, "gateway_request_id": submission.id}
        if submission.failure is None:
            note |= {"status": "OK", "error": None, "payload": result_of(stage, submission)}
        else:
            detail = {"detail": details_of(submission.failure)}
            note |= {"status": "ERROR", "error": "Unexpected status code: 422", "payload": detail}
        body, now = json.dumps(note).encode(), str(int(time.time()))
        message = "\n".join([submission.id, USER, now, hashlib.sha256(body).hexdigest()])
        return Delivery(
            body,
            {
                "content-type": "application/json",
                "x-fal-webhook-request-id": submission.id,
                "x-fal-webhook-user-id": USER,
                "x-fal-webhook-timestamp": now,
                "x-fal-webhook-signature": signatures.ed25519(message.encode(), forged=forged),
            },
        )


class _Queue:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def read(self, request: Request, body: Body) -> Wish:
        app = request.path_params["app"]
        pictures = pictures_of(app, body.fields)
        return Wish(
            provider_id=str(uuid.uuid4()),
            prompt=str(body.fields.get("prompt", "")),
            model=app,
            price_micro_usd=price_micro_usd(app, pictures),
            arguments=body.fields,
            material=pictures,
        )

    async def submitted(self, request: Request, submission: Submission) -> Response:
        address = _address(submission)
        return JSONResponse(
            {
                "status": "IN_QUEUE",
                "request_id": submission.id,
                "gateway_request_id": submission.id,
                "queue_position": 0,
                "response_url": address,
                "status_url": f"{address}/status",
                "cancel_url": f"{address}/cancel",
            }
        )

    async def ran(self, request: Request, submission: Submission) -> Response:
        await self._stage.progress.settle(submission)
        return JSONResponse(result_of(self._stage, submission), headers={"x-fal-request-id": submission.id})

    async def streamed(self, request: Request, submission: Submission) -> Response:
        await self._stage.progress.settle(submission)
        return sse.stream(sse.each([sse.frame(result_of(self._stage, submission))]))

    async def status(self, request: Request, submission: Submission) -> Response:
        _check_address(request, submission)
        self._stage.progress.poll(submission)
        shown = _status(submission, logs=request.query_params.get("logs") in {"1", "true", "True"})
        return JSONResponse(shown, 200 if submission.finished else 202)

    async def status_stream(self, request: Request, submission: Submission) -> Response:
        _check_address(request, submission)
        return sse.stream(self._statuses(submission))

    async def _statuses(self, submission: Submission) -> AsyncIterator[bytes]:
        waits = submission.plan.scenario.paced and submission.plan.scenario.after_polls is None
        while not submission.finished:
            self._stage.progress.poll(submission)
            yield sse.frame(_status(submission, logs=True))
            if waits:
                await self._stage.world.signal.until(lambda: submission.finished)
                yield sse.frame(_status(submission, logs=True))
                return

    async def result(self, request: Request, submission: Submission) -> Response:
        _check_address(request, submission)
        if submission.failure is not None:
            raise submission.failure
        if not submission.finished:
            raise Problem(400, "bad_request", "Request is still in progress")
        return JSONResponse(result_of(self._stage, submission), headers={"x-fal-request-id": submission.id})

    async def cancel(self, request: Request, submission: Submission) -> Response:
        if self._stage.progress.cancel(submission):
            return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)
        return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)

    async def upload(self, request: Request, body: Body) -> Response:
        now, media_type = self._stage.world.clock.now(), request.headers.get("content-type", "application/octet-stream")
        name = request.headers.get("x-fal-file-name", "upload").rpartition("/")[2] or "upload"
        path = self._stage.world.files.keep(body.raw, name=name, media_type=media_type, expires_at=now + UPLOAD_LIFE_S)
        return JSONResponse({"access_url": str(request.base_url).rstrip("/") + path})


def details_of(problem: Problem) -> list[dict[str, Any]]:
    """The list that explains a 422."""
    place = ["body", problem.at] if problem.at else ["body"]
    kind = problem.code or "value_error"
    return [{"loc": place, "msg": problem.message or "Invalid value.", "type": kind, "input": None}]


def _address(submission: Submission) -> str:
    return f"{submission.base_url}/fal/queue/{_app_of(submission.model)}/requests/{submission.id}"


def _app_of(model: str) -> str:
    parts = model.split("/")
    return "/".join(parts[: 3 if parts[0] in {"workflows", "comfy"} else 2])


def _check_address(request: Request, submission: Submission) -> None:
    # The real queue knows a request by owner and alias only; with the rest of the model's id it is not found.
    if request.path_params["app"] != _app_of(submission.model) or submission.cancelled:
        raise Problem(404)


def _status(submission: Submission, *, logs: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"request_id": submission.id, "response_url": _address(submission)}
    if submission.state == "queued":
        return shown | {"status": "IN_QUEUE", "queue_position": max(0, 2 - submission.polls)}
    line = {"message": f"step {submission.polls}", "level": "INFO", "source": "USER", "labels": {}}
    shown["logs"] = [line | {"timestamp": "2026-01-01T00:00:00Z"}] if logs else None
    if not submission.finished:
        return shown | {"status": "IN_PROGRESS"}
    shown |= {"status": "COMPLETED", "metrics": {"inference_time": 1.5}}
    if submission.failure is not None:
        shown |= {"error": submission.failure.message, "error_type": submission.failure.code}
    return shown


async def _upload_token(request: Request, body: Body) -> Response:
    return JSONResponse(
        {
            "token": secrets.token_hex(8),
            "token_type": "Bearer",
            "base_url": f"{str(request.base_url).rstrip('/')}/fal/cdn",
            "expires_at": "2099-01-01T00:00:00+00:00",
        }
    )


async def _keys(request: Request) -> Response:
    return JSONResponse(signatures.published_keys())
