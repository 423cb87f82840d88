"""The bytes of pictures in an answer, each loaded once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import grpc

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai import errors as dialect
from reelwright_gateway.dialects.openai.structs import Json
from reelwright_gateway.errors import of_any
from reelwright_gateway.upstream import Metadata
from reelwright_kit.errors import AppError, Code, PartUnavailable

MOST_BYTES = 50_000_000
"""Of all pictures of one answer together, before base64 makes a third more of them."""
PATIENCE_S = 60.0
"""Seconds that one may take to load."""


class Files(Protocol):
    """Where the bytes of files come from."""

    def __call__(self, asset: assets.Asset, told: Metadata, /) -> AsyncGenerator[bytes, None]:
        """The bytes, in pieces; raises AioRpcError or AppError."""


class TooMuch(AppError):
    """The picture is too large to be part of an answer."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "ASSET_TOO_LARGE"
    domain = "assets.reelwright"

    def __init__(self, asset: str) -> None:
        super().__init__(
            f"The picture is too large for this answer; it is at /api/v1/assets/{asset}/content.", asset=asset
        )


@dataclass(frozen=True)
class Shown:
    """A picture in base64, or why it is not here."""

    content: str | None = None
    error: Json | None = None


@dataclass
class Pictures:
    """The pictures of one answer; `told` is what their services are told about who asks."""

    files: Files
    told: Metadata
    _loaded: dict[str, Shown] = field(default_factory=dict)
    _bytes: int = 0

    async def load(self, wanted: Iterable[assets.Asset]) -> None:
        """Loads those that are not there yet; one that cannot be had is noted as such."""
        for asset in wanted:
            if asset.id not in self._loaded:
                self._loaded[asset.id] = await self._shown(asset)

    def __getitem__(self, asset: assets.Asset) -> Shown:
        """A picture that was loaded."""
        return self._loaded[asset.id]

    async def _shown(self, asset: assets.Asset) -> Shown:
        try:
            return Shown(base64.b64encode(await self._content(asset)).decode())
        except (grpc.aio.AioRpcError, AppError) as error:
            # The rest of the answer is good, and was paid.
            return Shown(error=dialect.body(of_any(error))["error"])

    async def _content(self, asset: assets.Asset) -> bytes:
        self._bytes += asset.size_bytes
        if self._bytes > MOST_BYTES:
            self._bytes -= asset.size_bytes
            raise TooMuch(asset.id)
        pieces = self.files(asset, self.told)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return b"".join([piece async for piece in pieces])
        except (EOFError, TimeoutError):
            raise PartUnavailable("file") from None
        finally:
            await pieces.aclose()


def pictures_in(output: Iterable[kept.OutputItem]) -> list[assets.Asset]:
    """The files of the pictures among what was made."""
    return [item.picture.asset for item in output if item.picture.HasField("asset")]
