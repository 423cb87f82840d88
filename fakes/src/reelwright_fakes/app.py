"""Puts vendors, files and control together into one ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from reelwright_fakes.control_api import control_routes
from reelwright_fakes.damage import Silent, damaged
from reelwright_fakes.files import denied, sent
from reelwright_fakes.ledger import Submission
from reelwright_fakes.scenarios import Fault
from reelwright_fakes.stage import Stage
from reelwright_fakes.vendor import Vendor
from reelwright_fakes.vendors import VENDORS
from reelwright_fakes.world import World


def create_app(world: World, vendors: Sequence[Vendor] = VENDORS) -> Starlette:
    """The application that plays `vendors` in one world."""
    stages = {vendor.name: Stage(vendor, world) for vendor in vendors}

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with world.running():
            yield

    downloads = _Downloads(world)
    return Starlette(
        routes=[
            Mount("/_control", routes=control_routes(world, stages)),
            Route("/files/{token}/{name:path}", downloads.send, methods=["GET"]),
            *(Mount(f"/{vendor.name}", routes=list(vendor.routes(stages[vendor.name]))) for vendor in vendors),
        ],
        lifespan=lifespan,
    )


class _Downloads:
    """Result files, with the faults their submissions are scripted to meet."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def send(self, request: Request) -> Response:
        file = self._world.files.find(request.path_params["token"], request.path_params["name"])
        if file is None:
            return PlainTextResponse("Not found", 404)
        if self._world.clock.now() >= file.expires_at:
            return denied("Request has expired")
        submission = file.submission
        fault = await self._fault(submission) if submission is not None else None
        if fault is not None and fault.kind == "drop":
            return Silent(reset=False)
        if fault is not None and fault.kind in {"status", "expired"}:
            return self._refused(fault)
        content = await asyncio.to_thread(file.make)
        if submission is not None:
            self._world.tell("downloaded", submission, file.name)
        return damaged(sent(request, content, file.media_type), fault, self._world.clock)

    async def _fault(self, submission: Submission) -> Fault | None:
        if submission.plan.take("download", hold=True) is not None:
            self._world.tell("held", submission, "download")
            await self._world.hold(submission.provider_id)
        fault = submission.plan.take("download")
        if fault is not None:
            self._world.tell("fault", submission, f"{fault.kind} at download")
        return fault

    @staticmethod
    def _refused(fault: Fault) -> Response:
        if fault.kind == "expired" or fault.status == 403:
            return denied("Request has expired")
        return PlainTextResponse(fault.message or "The file host is in trouble", fault.status)
