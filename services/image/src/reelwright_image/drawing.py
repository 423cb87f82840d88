"""The use-case of this service: take an order for pictures, and draw them as a durable job."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from reelwright_image.errors import ReferencesUnsupported, SizeUnsupported
from reelwright_image.providers.interface import ImageModel, ModelCard, OwnModel, PaidModel, Picture
from reelwright_kit.assets.model import Provenance
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import FieldInvalid, NotOffered
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.work import Work
from reelwright_kit.workshop import Product, Workshop

KIND = "image"

SIZES = {
    "1:1": (1024, 1024),
    "16:9": (1280, 720),
    "9:16": (720, 1280),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
    "3:2": (1152, 768),
    "2:3": (768, 1152),
    "21:9": (1512, 648),
}
"""Width and height in pixels of each aspect ratio when none are given."""

FORMATS = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True)
class Order:
    """What a caller wants to have drawn."""

    prompt: str
    model: str = ""
    count: int = 1
    aspect_ratio: str = ""
    width: int = 0
    height: int = 0
    seed: int | None = None
    negative_prompt: str = ""
    quality: str = ""
    style: str = ""
    output_format: str = ""
    background: str = ""
    references: int = 0
    """How many references were sent along."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields the contract does not know and the provider does."""


class Drawing:
    """Takes orders and draws them."""

    def __init__(self, desk: JobDesk, workshop: Workshop, catalogue: Catalogue[ImageModel]) -> None:
        self._desk = desk
        self._workshop = workshop
        self._catalogue = catalogue

    async def accept(self, order: Order, admission: Admission) -> JobRecord:
        """Checks the order against its model and admits the job."""
        model = self._catalogue.choose(order.model)
        micros = _estimate(order, model)
        queue = queue_of(model.card)
        return await self._desk.accept(KIND, queue, order, admission, model=model.card.id, estimated_micros=micros)

    def estimate(self, order: Order) -> tuple[int | None, str]:
        """The cost in millionths of a US dollar, None when not known, and the model that would draw."""
        model = self._catalogue.choose(order.model)
        return _estimate(order, model), model.card.id

    @staticmethod
    def usual_price(model: ImageModel) -> int | None:
        """What a picture of default size and quality costs, as `estimate` says it."""
        return model.estimate(picture_of(Order(""), 0, model.card.max_side))

    async def run(self, work: Work) -> Json:
        """Draws every picture of the job; one that was drawn in an earlier run is not drawn again."""
        order = msgspec.convert(work.job.request, Order)
        model = self._catalogue.choose(work.job.model)
        images = [await self._one(work, model, order, number) for number in range(order.count)]
        return {"image": {"images": images}}

    async def _one(self, work: Work, model: ImageModel, order: Order, number: int) -> Json:
        picture = picture_of(order, number, model.card.max_side)
        low, high = 95 * number / order.count, 95 * (number + 1) / order.count
        card = model.card
        made_by = Provenance(picture.prompt, card.id, card.provider, seed=picture.seed if card.seed else None)
        product = Product(
            f"picture-{number + 1}",
            picture.media_type,
            made_by,
            preview=True,
            low=low + 1,
            high=high,
            units={"images": 1},
            micros=price_of(work.job, order),
        )
        if isinstance(model, PaidModel):
            return await self._workshop.commission(work, product, model.commission(picture, price_of(work.job, order)))
        assert isinstance(model, OwnModel)

        async def draw(out: Path) -> None:
            await work.progress(low + 1, "drawing")
            await model.draw(picture, out, work, low, high)

        return await self._workshop.make(work, product, draw)


def price_of(job: JobRecord, order: Order) -> int:
    """What each picture of a job was expected to cost when the job was admitted."""
    return job.estimated_micros // order.count


def queue_of(card: ModelCard) -> str:
    """The queue of a model's provider."""
    return f"image.{card.provider}"


def picture_of(order: Order, number: int, max_side: int) -> Picture:
    """The `number`-th picture of an order, counted from 0, for a model that draws so many pixels a side."""
    width, height = _size(order, max_side)
    return Picture(
        prompt=order.prompt,
        width=width,
        height=height,
        seed=(_seed(order) + number) % (1 << 32),
        media_type=FORMATS[order.output_format or "png"],
        negative_prompt=order.negative_prompt,
        style=order.style,
        quality=order.quality,
        transparent=order.background == "transparent",
        aspect_ratio=order.aspect_ratio or ("" if order.width else "1:1"),
        extra=tuple(order.extra.items()),
    )


def _size(order: Order, max_side: int) -> tuple[int, int]:
    """The wanted size; one that comes with an aspect ratio is a wish, and is made smaller where it is too large."""
    if order.width and not order.aspect_ratio:
        return order.width, order.height
    width, height = (order.width, order.height) if order.width else SIZES[order.aspect_ratio or "1:1"]
    scale = min(1.0, max_side / max(width, height))
    return round(width * scale), round(height * scale)


def _seed(order: Order) -> int:
    if order.seed is not None:
        return order.seed
    return int.from_bytes(hashlib.sha256(order.prompt.encode()).digest()[:4], "big")


def _estimate(order: Order, model: ImageModel) -> int | None:
    """What the order costs; raises what is wrong with it."""
    _check(order, model.card)
    micros = model.estimate(picture_of(order, 0, model.card.max_side))
    return None if micros is None else micros * order.count


def _check(order: Order, card: ModelCard) -> None:
    if bool(order.width) != bool(order.height):
        raise FieldInvalid("height" if order.width else "width", "give both width and height, or none")
    for name, side in zip(("width", "height"), _size(order, card.max_side), strict=True):
        if side > card.max_side:
            raise SizeUnsupported(
                name, card.id, f"{card.id} draws at most {card.max_side} pixels a side", card.max_side
            )
    if order.references > card.max_references:
        raise ReferencesUnsupported(card.id, card.max_references)
    if order.background == "transparent" and not card.transparency:
        raise NotOffered(f"background: {card.id} makes no transparent pictures.", field="background", model=card.id)
