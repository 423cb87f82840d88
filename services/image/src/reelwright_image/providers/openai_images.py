"""OpenAI's pictures as a provider, through its SDK with its own retries off: it has no key that makes a POST safe."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openai
from openai.types import ImageGenCompletedEvent, ImageGenPartialImageEvent

from reelwright_image.errors import SizeUnsupported
from reelwright_image.providers.finishing import finished
from reelwright_image.providers.interface import ModelCard, Picture
from reelwright_image.providers.shapes import nearest_size
from reelwright_kit.jobs.commission import (
    NotTaken,
    ProviderFailed,
    ProviderQuota,
    Show,
    Sighting,
    Ticket,
    Unanswered,
)
from reelwright_kit.jobs.model import Json
from reelwright_kit.money.prices import Prices, Tokens
from reelwright_kit.upstream import NOT_SENT, blocked, retry_after_of, without_key

PROVIDER = "openai"
TIMEOUT_S = 300.0
"""Pictures take 10 to 120 s."""
ASPECT_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
QUALITIES = ("low", "medium", "high", "xhigh", "max")
USUAL_QUALITY = "medium"
"""`auto` lets OpenAI choose between prices that differ fifteenfold; a price must be known before."""

THREE_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))

MODELS: dict[str, tuple[str, tuple[tuple[int, int], ...]]] = {
    "gpt-image-2": ("GPT Image 2", ()),
    "gpt-image-1.5": ("GPT Image 1.5", THREE_SIZES),
    "gpt-image-1-mini": ("GPT Image 1 mini", THREE_SIZES),
}
"""Name and sizes of each model; without sizes any whose sides are multiples of 16, at most 3:1 and 3840 x 2160."""


def client(key: str, base_url: str, organization: str, project: str) -> openai.AsyncOpenAI:
    """OpenAI's API with the operator's key."""
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=base_url or "https://api.openai.com/v1",
        organization=organization or None,
        project=project or None,
        max_retries=0,
        timeout=TIMEOUT_S,
    )


class OpenAIModel:
    """One model of OpenAI's."""

    def __init__(self, model: str, api: openai.AsyncOpenAI | None, previews: int, prices: Prices) -> None:
        self._model = model
        self._api = api
        self._previews = previews
        self._prices = prices
        name, self._sizes = MODELS[model]
        self.card = ModelCard(
            id=f"{PROVIDER}/{model}",
            provider=PROVIDER,
            display_name=name,
            aspect_ratios=ASPECT_RATIOS,
            max_side=1536 if self._sizes else 3840,
            max_references=0,
            edits=False,
            transparency=True,
            seed=False,
            configured=api is not None,
            reason="" if api else "OPENAI_API_KEY is not set",
        )

    def estimate(self, picture: Picture) -> int | None:
        width, height = self._size(picture)
        return self._prices.picture(
            self.card.id,
            width=width,
            height=height,
            quality=_quality(picture),
            prompt_characters=len(picture.words),
            previews=self._previews,
        )

    def commission(self, picture: Picture, estimated_micros: int) -> OpenAICommission:
        assert self._api is not None
        return OpenAICommission(
            self._api, self._model, picture, self._size(picture), self._previews, self._prices, estimated_micros
        )

    def _size(self, picture: Picture) -> tuple[int, int]:
        size = (picture.width, picture.height)
        if not self._sizes:
            if picture.aspect_ratio:
                return round(size[0] / 16) * 16, round(size[1] / 16) * 16
            if size[0] % 16 or size[1] % 16 or max(size) > 3 * min(size):
                raise SizeUnsupported("width", self.card.id, "takes multiples of 16 up to 3:1", self.card.max_side)
            return size
        if not picture.aspect_ratio and size not in self._sizes:
            offered = ", ".join(f"{width}x{height}" for width, height in self._sizes)
            raise SizeUnsupported("width", self.card.id, f"{self.card.id} makes {offered}", self.card.max_side)
        return nearest_size(picture, self._sizes)


@dataclass(frozen=True)
class OpenAICommission:
    """One picture, answered in the response to its own request."""

    api: openai.AsyncOpenAI
    name: str
    picture: Picture
    size: tuple[int, int]
    previews: int
    prices: Prices
    estimated_micros: int

    @property
    def provider(self) -> str:
        return PROVIDER

    @property
    def model(self) -> str:
        return f"{PROVIDER}/{self.name}"

    async def submit(self, intent: str, out: Path, show: Show) -> Ticket:
        try:
            return await self._submit(intent, out, show)
        except openai.APIStatusError as error:
            raise _refusal(error) from error
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, NOT_SENT):
                raise NotTaken(f"openai cannot be reached ({type(error.__cause__).__name__})") from error
            raise Unanswered(type(error.__cause__ or error).__name__) from error

    async def find(self, intent: str, since: datetime) -> Sequence[Ticket]:
        # OpenAI has no list of pictures: what was not answered stays unknown.
        return ()

    async def look(self, place: Json) -> Sighting:
        raise ProviderFailed(PROVIDER, "answers at once; there is nothing to look at")

    async def collect(self, result: Json, out: Path) -> int | None:
        raise ProviderFailed(PROVIDER, "answers at once; there is nothing to collect")

    async def withdraw(self, place: Json) -> bool:
        return False

    async def _submit(self, intent: str, out: Path, show: Show) -> Ticket:
        stream = await self.api.images.generate(
            **self._arguments(),
            stream=True,
            partial_images=self.previews,
            extra_headers={"X-Client-Request-Id": intent},
        )
        request_id = stream.response.headers.get("x-request-id") or intent
        completed = await self._completed(stream, out, show)
        await finished_or_unanswered(out, self.picture.media_type)
        usage = completed.usage
        given = usage.input_tokens_details
        micros = self.prices.tokens(self.model, Tokens(given.text_tokens, usage.output_tokens, given.image_tokens))
        return Ticket(request_id, done=True, micros=micros)

    async def _completed(self, stream: AsyncIterator[Any], out: Path, show: Show) -> ImageGenCompletedEvent:
        try:
            async for event in stream:
                if isinstance(event, ImageGenPartialImageEvent):
                    preview = out.with_name(f"preview-{event.partial_image_index}{out.suffix}")
                    _write(event.b64_json, preview)
                    await finished_or_unanswered(preview, self.picture.media_type)
                    await show(preview, self.picture.media_type)
                elif isinstance(event, ImageGenCompletedEvent):
                    _write(event.b64_json, out)
                    return event
        except openai.APIStatusError:
            raise
        except openai.APIConnectionError as error:
            # The answer had begun: however it broke off, the work was taken.
            raise Unanswered("the stream broke off") from error
        except openai.APIError as error:
            raise _failure(error.code, _words(error), 200) from error
        raise Unanswered("the stream ended without a picture")

    def _arguments(self) -> dict[str, Any]:
        width, height = self.size
        return {
            "model": self.name,
            "prompt": self.picture.words,
            "n": 1,
            "size": f"{width}x{height}",
            "quality": _quality(self.picture),
            "output_format": self.picture.media_type.removeprefix("image/"),
            "background": "transparent" if self.picture.transparent else "auto",
            "extra_body": dict(self.picture.extra),
        }


async def finished_or_unanswered(path: Path, media_type: str) -> None:
    """Makes what came a whole picture; one that is not cannot be asked for again."""
    try:
        await finished(path, media_type)
    except Exception as error:
        raise Unanswered(f"what came is no picture: {error}") from error


def _quality(picture: Picture) -> str:
    return picture.quality if picture.quality in QUALITIES else USUAL_QUALITY


def _write(encoded: str | None, path: Path) -> None:
    try:
        path.write_bytes(base64.b64decode(encoded or "", validate=True))
    except binascii.Error as error:
        raise Unanswered("the picture is not base64") from error


def _refusal(error: openai.APIStatusError) -> Exception:
    """What an answer that is no success says about the work."""
    wait_s = retry_after_of(error.response.headers)
    if error.code == "insufficient_quota" or error.status_code == 402:
        return ProviderQuota(PROVIDER, "the account has no quota left", status=error.status_code)
    if error.status_code == 429 or error.code in ("server_is_overloaded", "slow_down"):
        return NotTaken(f"openai answered with status {error.status_code}", wait_s)
    if error.status_code >= 500 or error.status_code == 408:
        return Unanswered(f"status {error.status_code}")
    return _failure(error.code, _words(error), error.status_code)


def _words(error: openai.APIError) -> str:
    """What OpenAI says, without the operator's key."""
    key = error.request.headers.get("authorization", "").partition(" ")[2]
    return without_key(error.message.encode(), key).decode()


def _failure(code: str | None, message: str, status: int) -> ProviderFailed:
    if code in ("moderation_blocked", "content_policy_violation"):
        return blocked(PROVIDER, "the safety system rejected the request or its result", status)
    if status in (401, 403):
        return ProviderFailed(PROVIDER, "refused the operator's key", status=status)
    return ProviderFailed(PROVIDER, message[:500], status=status, code=code or "")
