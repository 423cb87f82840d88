"""The models of all services in one list, as far as the caller's key reaches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_gateway.upstream import ListModels, Metadata, Upstream, answer_headers, metadata
from reelwright_kit.errors import ModelNotFound

REMAINING = "x-ratelimit-remaining-requests"
# The API has a time for each model; we have none, and clients want a number.
CREATED = 0


@dataclass(frozen=True)
class Listed:
    """What one service answered."""

    models: Sequence[Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Models:
    """Lists what can be used now."""

    upstream: Upstream

    async def list(self, request: Request) -> Response:
        """`GET /v1/models`."""
        models, headers = await self._usable(metadata(request))
        return JSONResponse({"object": "list", "data": [described(one) for one in models]}, headers=headers)

    async def retrieve(self, request: Request) -> Response:
        """`GET /v1/models/{id}`; ids have slashes."""
        wanted = request.path_params["id"]
        models, headers = await self._usable(metadata(request))
        for one in models:
            if one.id == wanted:
                return JSONResponse(described(one), headers=headers)
        raise ModelNotFound(wanted, "is not known, or its provider is not configured")

    async def _usable(self, told: Metadata) -> tuple[Sequence[Any], dict[str, str]]:
        """The models of the services that the key reaches; raises what a service refuses with when it reaches none."""
        asked = (_ask(listing, told) for listing in self.upstream.models.values())
        answers = await asyncio.gather(*asked)
        listed = [one for one in answers if isinstance(one, Listed)]
        if not listed:
            raise next(one for one in answers if not isinstance(one, Listed))
        # Each of the calls counted; the last of them tells what is left.
        headers = min((one.headers for one in listed), key=lambda headers: int(headers.get(REMAINING, "0")))
        return [model for one in listed for model in one.models], headers


async def _ask(listing: ListModels, told: Metadata) -> Listed | grpc.aio.AioRpcError:
    """What a service lists, or its refusal when the key does not reach it; raises AioRpcError for other failures."""
    call = listing(told)
    try:
        return Listed((await call).models, await answer_headers(call))
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return error


def described(model: Any) -> dict[str, Any]:
    """A model as this API describes it."""
    return {"id": model.id, "object": "model", "created": CREATED, "owned_by": model.provider}
