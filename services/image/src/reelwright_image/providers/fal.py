"""fal's queue as a provider of pictures, by plain HTTP: its SDK submits up to ten times on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reelwright_image.providers.finishing import finished
from reelwright_image.providers.interface import ModelCard, Picture
from reelwright_kit.errors import AppError
from reelwright_kit.jobs.commission import ProviderFailed, Show, Sighting, Ticket, Unanswered, Unreachable
from reelwright_kit.jobs.model import Json
from reelwright_kit.money.prices import Prices
from reelwright_kit.upstream import Upstream, blocked

PROVIDER = "fal"
BASE_URL = "https://queue.fal.run"
RESULT_HOSTS = ("fal.media", "fal.ai", "fal.run")
MAX_SIDE = 1536
ASPECT_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")

MODELS = {
    "fal-ai/flux/schnell": "FLUX.1 schnell",
    "fal-ai/flux/dev": "FLUX.1 dev",
    "fal-ai/flux-2-pro": "FLUX.2 pro",
}


def upstream(base_url: str, key: str) -> Upstream:
    """fal's queue with the operator's key, written `key_id:key_secret`."""
    return Upstream(
        PROVIDER,
        base_url or BASE_URL,
        # A failed job is reported, not tried again and again by the platform.
        {"Authorization": f"Key {key}", "x-fal-no-retry": "1"},
        result_hosts=RESULT_HOSTS,
        sort=_sort,
    )


class FalModel:
    """One model of fal's."""

    def __init__(self, model: str, name: str, api: Upstream | None, prices: Prices) -> None:
        self._model = model
        self._api = api
        self._prices = prices
        self.card = ModelCard(
            id=f"{PROVIDER}/{model}",
            provider=PROVIDER,
            display_name=name,
            aspect_ratios=ASPECT_RATIOS,
            max_side=MAX_SIDE,
            max_references=0,
            edits=False,
            transparency=False,
            seed=True,
            configured=api is not None,
            reason="" if api else "FAL_KEY is not set",
        )

    def estimate(self, picture: Picture) -> int | None:
        return self._prices.picture(self.card.id, width=picture.width, height=picture.height, quality=picture.quality)

    def commission(self, picture: Picture, estimated_micros: int) -> FalCommission:
        assert self._api is not None
        return FalCommission(self._api, self._model, picture, estimated_micros)


@dataclass(frozen=True)
class FalCommission:
    """One picture in fal's queue."""

    api: Upstream
    app: str
    picture: Picture
    estimated_micros: int

    @property
    def provider(self) -> str:
        return PROVIDER

    @property
    def model(self) -> str:
        return f"{PROVIDER}/{self.app}"

    async def submit(self, intent: str, out: Path, show: Show) -> Ticket:
        answer = await self.api.submit(f"/{self.app}", self._arguments(), {"X-Client-Request-Id": intent})
        request = answer.get("request_id") if isinstance(answer, dict) else None
        if not isinstance(request, str) or not request:
            raise Unanswered("the answer names no request")
        return Ticket(request, {"app": self.app, "request": request})

    async def find(self, intent: str, since: datetime) -> Sequence[Ticket]:
        # fal has no list of requests: what was not answered stays unknown.
        return ()

    async def look(self, place: Json) -> Sighting:
        status = await self.api.ask("GET", f"{_path(place)}/status?logs=1")
        match status:
            case {"status": "COMPLETED"}:
                # Also says so when the work failed; asking for the result tells.
                return Sighting(result=place)
            case {"status": "IN_QUEUE", "queue_position": int(position)}:
                return Sighting(stage="queued at fal", queue_position=position)
            case {"status": "IN_QUEUE"}:
                return Sighting(stage="queued at fal")
            case {"status": "IN_PROGRESS"}:
                return Sighting(stage="drawing")
        raise Unreachable("the status is not one that is known")

    async def collect(self, result: Json, out: Path) -> int | None:
        answer = await self.api.ask("GET", _path(result))
        match answer:
            case {"images": [{"url": str(url)}, *_]} | {"image": {"url": str(url)}}:
                await self.api.download(url, out)
            case _:
                raise ProviderFailed(PROVIDER, "the result holds no picture")
        await finished(out, self.picture.media_type)
        return None

    async def withdraw(self, place: Json) -> bool:
        return await withdraw(self.api, place)

    def _arguments(self) -> dict[str, Any]:
        return {
            "prompt": self.picture.words,
            "image_size": {"width": self.picture.width, "height": self.picture.height},
            "num_images": 1,
            "seed": self.picture.seed,
            "output_format": "jpeg" if self.picture.media_type == "image/jpeg" else "png",
            **dict(self.picture.extra),
        }


async def withdraw(api: Upstream, place: Json) -> bool:
    """Cancels a request; whether it had not ended before."""
    try:
        answer = await api.ask("PUT", f"{_path(place)}/cancel")
    except ProviderFailed:
        # 400: it has ended already and is paid. 404: it is gone.
        return False
    return isinstance(answer, dict) and answer.get("status") == "CANCELLATION_REQUESTED"


def _path(place: Json) -> str:
    """Built here, not taken from an answer: the key goes along. fal drops what follows the first two parts of an id."""
    owner_and_alias = "/".join(str(place["app"]).split("/")[:2])
    return f"/{owner_and_alias}/requests/{place['request']}"


def _sort(status: int, body: Any) -> AppError | None:
    detail = body.get("detail") if isinstance(body, Mapping) else None
    if status == 422 and isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        kind, message = str(detail[0].get("type", "")), str(detail[0].get("msg", ""))
        if kind == "content_policy_violation":
            return blocked(PROVIDER, message, status)
        return ProviderFailed(PROVIDER, f"{kind}: {message}"[:500], status=status, type=kind)
    if status in (401, 403):
        said = "refused the operator's key, or its balance is exhausted"
        return ProviderFailed(PROVIDER, said, status=status)
    return None
