"""Composition root of the adapters: which path is answered by what."""

from __future__ import annotations

import asyncio
import re
import socket
import uuid
from collections.abc import Awaitable
from functools import partial
from typing import cast

import grpc
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwright_gateway import errors
from reelwright_gateway.dialects.openai import errors as openai
from reelwright_gateway.dialects.openai import fields
from reelwright_gateway.dialects.openai.chat import Chat
from reelwright_gateway.dialects.openai.embeddings import Embeddings
from reelwright_gateway.dialects.openai.models import Models
from reelwright_gateway.dialects.openai.moderations import Moderations
from reelwright_gateway.dialects.openai.responses.endpoint import Responses
from reelwright_gateway.downloads import Downloads, whole
from reelwright_gateway.health import Health
from reelwright_gateway.progress import Progress
from reelwright_gateway.server import server_for
from reelwright_gateway.settings import AdapterSettings
from reelwright_gateway.shortcut import Endpoint, Shortcut
from reelwright_gateway.uploads import Uploads
from reelwright_gateway.upstream import Upstream, open_upstream
from reelwright_gateway.usage import Usage
from reelwright_kit.errors import AppError
from reelwright_kit.workers.listening import listen

MOST_ASKED = ("/v1/chat/completions", "/v1/embeddings", "/v1/moderations")
_ID = b"x-request-id"
_SANE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


async def run(settings: AdapterSettings, sockets: list[socket.socket]) -> None:
    """Serves on `sockets` until SIGTERM or SIGINT; raises CannotListen when somebody else was quicker."""
    draining = asyncio.Event()
    async with open_upstream(settings) as upstream:
        server = server_for(create_app(upstream, settings, draining), settings, draining)
        listen(sockets, settings.listen)
        await server.serve(sockets)


def create_app(upstream: Upstream, settings: AdapterSettings, draining: asyncio.Event) -> ASGIApp:
    """The ASGI application; `draining` ends event streams, so that their clients resume elsewhere."""
    known = routes(upstream, settings, draining)
    most = {route.path: cast(Endpoint, route.endpoint) for route in known if route.path in MOST_ASKED}
    return RequestId(Shortcut(Starlette(routes=known, exception_handlers=HANDLERS), most, HANDLERS))


def routes(upstream: Upstream, settings: AdapterSettings, draining: asyncio.Event) -> list[Route]:
    """Every path of the adapters. Each asks a service, which knows its caller, except those that tell nothing."""
    progress = Progress(upstream, settings.heartbeat_s, draining)
    downloads = Downloads(upstream)
    uploads = Uploads(upstream, settings.upload_limit_bytes)
    usage = Usage(upstream)
    health = Health(upstream)
    models = Models(upstream)
    chat = Chat(upstream.llm, settings.heartbeat_s)
    responses = Responses(upstream.responses, partial(whole, upstream), settings.heartbeat_s)
    return [
        Route("/api/v1/jobs/{id}/events", progress.events, methods=["GET"]),
        Route("/api/v1/assets/{id}/content", downloads.content, methods=["GET", "HEAD"]),
        Route("/api/v1/assets", uploads.upload, methods=["POST"]),
        Route("/api/v1/usage.csv", usage.table, methods=["GET"]),
        Route("/health", health.parts, methods=["GET"]),
        Route("/health/live", health.live, methods=["GET"]),
        Route("/v1/models", models.list, methods=["GET"]),
        Route("/v1/models/{id:path}", models.retrieve, methods=["GET"]),
        Route("/v1/chat/completions", chat.complete, methods=["POST"]),
        Route("/v1/responses", responses.create, methods=["POST"]),
        Route("/v1/responses/{id}", responses.retrieve, methods=["GET"]),
        Route("/v1/responses/{id}", responses.delete, methods=["DELETE"]),
        Route("/v1/responses/{id}/cancel", responses.cancel, methods=["POST"]),
        Route("/v1/responses/{id}/input_items", responses.input_items, methods=["GET"]),
        Route("/v1/embeddings", Embeddings(upstream.llm).create, methods=["POST"]),
        Route("/v1/moderations", Moderations(upstream.llm).create, methods=["POST"]),
        Route("/v1/{path:path}", answer_unknown_url, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]


async def answer_unknown_url(request: Request) -> Response:
    """Says in the OpenAI dialect that there is no such path."""
    message = f"Unknown request URL: {request.method} {request.url.path}."
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "unknown_url"}
    return JSONResponse({"error": error}, 404)


def told(request: Request, failure: errors.Failure) -> Response:
    """The answer that tells a failure, in the dialect of the path."""
    if request.url.path.startswith("/v1/"):
        names = getattr(request.state, "names", fields.named)
        return openai.response(failure, errors.request_id(request), names)
    return failure.response(errors.request_id(request))


async def answer_app_error(request: Request, error: Exception) -> Response:
    """Exception handler of AppError."""
    return told(request, errors.of_app_error(cast(AppError, error)))


async def answer_refused(request: Request, error: Exception) -> Response:
    """Exception handler of what HTTP itself refuses."""
    return told(request, cast(errors.Refused, error).failure)


async def answer_rpc_error(request: Request, error: Exception) -> Response:
    """Exception handler of failed calls."""
    return told(request, errors.of_rpc_error(cast(grpc.aio.AioRpcError, error)))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Exception handler of what routing refuses."""
    return told(request, errors.of_http_error(request, cast(HTTPException, error)))


async def answer_nobody(_request: Request, _error: Exception) -> Response:
    """Exception handler of clients that left while they were sending; nobody reads the answer."""
    return Response(status_code=errors.HTTP_STATUS["CANCELLED"])


async def answer_unexpected(request: Request, _error: Exception) -> Response:
    """Exception handler of everything else."""
    return told(request, errors.unexpected())


HANDLERS = {
    AppError: answer_app_error,
    errors.Refused: answer_refused,
    grpc.aio.AioRpcError: answer_rpc_error,
    HTTPException: answer_http_error,
    ClientDisconnect: answer_nobody,
    Exception: answer_unexpected,
}


class RequestId:
    """Keeps the caller's request id when it is sane, makes one otherwise, and puts it on the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _ID), b"").decode("latin-1")
        request_id = given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id

        def send_with_id(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                kept = [header for header in message.get("headers", ()) if header[0] != _ID]
                message["headers"] = [*kept, (_ID, request_id.encode())]
            return send(message)

        await self._app(scope, receive, send_with_id)
