"""Composition root of the adapters: which path is answered by what."""

from __future__ import annotations

import asyncio
import re
import uuid

import grpc
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwright_gateway import errors
from reelwright_gateway.downloads import Downloads
from reelwright_gateway.health import Health
from reelwright_gateway.progress import Progress
from reelwright_gateway.server import server_for
from reelwright_gateway.settings import AdapterSettings
from reelwright_gateway.uploads import Uploads
from reelwright_gateway.upstream import Upstream, open_upstream
from reelwright_kit.errors import AppError

_SANE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


async def run(settings: AdapterSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    draining = asyncio.Event()
    async with open_upstream(settings) as upstream:
        await server_for(create_app(upstream, settings, draining), settings, draining).serve()


def create_app(upstream: Upstream, settings: AdapterSettings, draining: asyncio.Event) -> Starlette:
    """The ASGI application; `draining` ends event streams, so that their clients resume elsewhere."""
    progress = Progress(upstream, settings.heartbeat_s, draining)
    downloads = Downloads(upstream)
    uploads = Uploads(upstream, settings.upload_limit_bytes)
    health = Health(upstream)
    return Starlette(
        routes=[
            Route("/api/v1/jobs/{id}/events", progress.events, methods=["GET"]),
            Route("/api/v1/assets/{id}/content", downloads.content, methods=["GET", "HEAD"]),
            Route("/api/v1/assets", uploads.upload, methods=["POST"]),
            Route("/health", health.parts, methods=["GET"]),
            Route("/health/live", health.live, methods=["GET"]),
            Route("/v1/{path:path}", answer_openai, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ],
        middleware=[Middleware(RequestId)],
        exception_handlers={
            AppError: errors.answer_app_error,
            grpc.aio.AioRpcError: errors.answer_rpc_error,
            HTTPException: errors.answer_http_error,
            ClientDisconnect: errors.answer_nobody,
            Exception: errors.answer_unexpected,
        },
    )


async def answer_openai(request: Request) -> Response:
    """Says in that dialect's own shape that there is no such path."""
    message = f"Unknown request URL: {request.method} {request.url.path}."
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "unknown_url"}
    return JSONResponse({"error": error}, 404)


class RequestId:
    """Keeps the caller's request id when it is sane, makes one otherwise, and puts it on the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)
