"""Replicate's predictions as a provider of pictures, by plain HTTP: its SDK breaks on one of their states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reelwright_image.providers.finishing import finished
from reelwright_image.providers.interface import ModelCard, Picture
from reelwright_image.providers.shapes import nearest_ratio
from reelwright_kit.errors import AppError
from reelwright_kit.jobs.commission import ProviderFailed, Show, Sighting, Ticket, Unanswered, Unreachable
from reelwright_kit.jobs.model import Json
from reelwright_kit.money.prices import Prices
from reelwright_kit.upstream import Upstream, blocked

PROVIDER = "replicate"
BASE_URL = "https://api.replicate.com"
RESULT_HOSTS = ("replicate.delivery", "replicate.com")
ASPECT_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
MAX_SIDE = 1440
LIST_PAGES = 10
"""How far back a lost submission is looked for, in pages of a hundred predictions."""

MODELS = {
    "black-forest-labs/flux-schnell": "FLUX.1 schnell",
    "black-forest-labs/flux-dev": "FLUX.1 dev",
    "black-forest-labs/flux-1.1-pro": "FLUX 1.1 pro",
}

_PERCENT = re.compile(r"(\d{1,3})%\|")


def upstream(base_url: str, token: str) -> Upstream:
    """Replicate's API with the operator's token; `base_url` has no `/v1`."""
    headers = {"Authorization": f"Bearer {token}"}
    return Upstream(PROVIDER, base_url or BASE_URL, headers, result_hosts=RESULT_HOSTS, sort=_sort)


class ReplicateModel:
    """One model of Replicate's."""

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
            reason="" if api else "REPLICATE_API_TOKEN is not set",
        )

    def estimate(self, picture: Picture) -> int | None:
        return self._prices.picture(self.card.id, width=picture.width, height=picture.height, quality=picture.quality)

    def commission(self, picture: Picture, estimated_micros: int) -> ReplicateCommission:
        assert self._api is not None
        return ReplicateCommission(self._api, self._model, picture, estimated_micros)


@dataclass(frozen=True)
class ReplicateCommission:
    """One prediction."""

    api: Upstream
    name: str
    picture: Picture
    estimated_micros: int

    @property
    def provider(self) -> str:
        return PROVIDER

    @property
    def model(self) -> str:
        return f"{PROVIDER}/{self.name}"

    async def submit(self, intent: str, out: Path, show: Show) -> Ticket:
        path, body = f"/v1/models/{self.name}/predictions", {"input": self._input()}
        answer = await self.api.submit(path, body, {"X-Client-Request-Id": intent})
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise Unanswered("the answer names no prediction")
        return _ticket(answer)

    async def find(self, intent: str, since: datetime) -> Sequence[Ticket]:
        """Predictions of this model with this very input; any of them that nobody else has is as good as ours."""
        found: list[Ticket] = []
        path: str | None = "/v1/predictions"
        for _ in range(LIST_PAGES):
            page = await self.api.ask("GET", path or "")
            results = page.get("results", []) if isinstance(page, dict) else []
            found.extend(_ticket(one) for one in results if self._is_this(one, since))
            path = page.get("next") if isinstance(page, dict) else None
            if not path or not results or _created(results[-1]) < since:
                break
        return found[::-1]

    async def look(self, place: Json) -> Sighting:
        prediction = await self.api.ask("GET", f"/v1/predictions/{place['prediction']}")
        match prediction:
            case {"status": "succeeded", "output": [str(url), *_]} | {"status": "succeeded", "output": str(url)}:
                return Sighting(result={"url": url})
            case {"status": "starting" | "processing" as status}:
                stage = "queued at Replicate" if status == "starting" else "drawing"
                return Sighting(stage=stage, percent=_percent(prediction.get("logs")))
            case {"status": "failed" | "canceled" | "aborted" | "succeeded" as status}:
                raise _failed(str(status), str(prediction.get("error") or "it has no picture"))
        raise Unreachable("the status is not one that is known")

    async def collect(self, result: Json, out: Path) -> int | None:
        await self.api.download(str(result["url"]), out)
        await finished(out, self.picture.media_type)
        return None

    async def withdraw(self, place: Json) -> bool:
        return await withdraw(self.api, place)

    def _input(self) -> dict[str, Any]:
        formats = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
        return {
            "prompt": self.picture.words,
            "aspect_ratio": self.picture.aspect_ratio or nearest_ratio(self.picture, ASPECT_RATIOS),
            "num_outputs": 1,
            "seed": self.picture.seed,
            "output_format": formats[self.picture.media_type],
            **dict(self.picture.extra),
        }

    def _is_this(self, prediction: Any, since: datetime) -> bool:
        return (
            isinstance(prediction, Mapping)
            and prediction.get("model") == self.name
            and prediction.get("input") == self._input()
            and _created(prediction) >= since
        )


async def withdraw(api: Upstream, place: Json) -> bool:
    """Cancels a prediction; whether it had not begun, for what has run is paid."""
    try:
        prediction = await api.ask("POST", f"/v1/predictions/{place['prediction']}/cancel")
    except ProviderFailed:
        return False
    return isinstance(prediction, dict) and prediction.get("started_at") is None


def _ticket(prediction: Mapping[str, Any]) -> Ticket:
    return Ticket(str(prediction["id"]), {"prediction": str(prediction["id"])})


def _created(prediction: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(prediction["created_at"]))


def _percent(logs: object) -> float | None:
    """The last percentage that the progress bar in the logs shows."""
    found = _PERCENT.findall(logs) if isinstance(logs, str) else []
    return min(float(found[-1]), 100.0) if found else None


def _failed(status: str, cause: str) -> ProviderFailed:
    if "NSFW" in cause or "flagged" in cause:
        return blocked(PROVIDER, cause[:500], 200)
    return ProviderFailed(PROVIDER, f"{status}: {cause}"[:500], status=status)


def _sort(status: int, body: Any) -> AppError | None:
    detail = str(body.get("detail", "")) if isinstance(body, Mapping) else ""
    if status == 401:
        return ProviderFailed(PROVIDER, "refused the operator's token", status=status)
    if status in (400, 422):
        return ProviderFailed(PROVIDER, detail[:500] or "refused the request", status=status)
    return None
