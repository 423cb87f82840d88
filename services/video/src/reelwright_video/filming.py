"""The first use-case of this service: take an order for a clip, and make it as a durable job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import Provenance
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.work import Work
from reelwright_kit.money.prices import Prices
from reelwright_kit.workshop import Product, Workshop
from reelwright_video.errors import DurationUnsupported, FirstFrameRequired
from reelwright_video.framing import DEFAULT_FPS, DEFAULT_RESOLUTION, frame_size
from reelwright_video.providers.interface import ModelCard, Shot, VideoModel

KIND = "video"
DEFAULT_DURATION_S = 5.0


@dataclass(frozen=True)
class Order:
    """What a caller wants to have filmed; pictures are asset ids."""

    prompt: str
    model: str = ""
    first_frame: str = ""
    last_frame: str = ""
    references: tuple[str, ...] = ()
    duration_s: float = DEFAULT_DURATION_S
    aspect_ratio: str = ""
    resolution: int = 0
    fps: int = 0
    seed: int | None = None
    audio: bool | None = None
    negative_prompt: str = ""


class Filming:
    """Takes orders for clips and makes them."""

    def __init__(
        self,
        desk: JobDesk,
        library: Library,
        workshop: Workshop,
        catalogue: Catalogue[VideoModel],
        prices: Prices,
    ) -> None:
        self._desk = desk
        self._library = library
        self._workshop = workshop
        self._catalogue = catalogue
        self._prices = prices

    async def accept(self, order: Order, admission: Admission) -> JobRecord:
        """Checks the order against its model and admits the job."""
        card = self._catalogue.choose(order.model).card
        _check(order, card)
        micros = self._price(order, card)
        return await self._desk.accept(KIND, queue_of(card), order, admission, model=card.id, estimated_micros=micros)

    def estimate(self, order: Order) -> tuple[int | None, str]:
        """The cost in millionths of a US dollar, None when not known, and the model that would film."""
        card = self._catalogue.choose(order.model).card
        return self._price(order, card), card.id

    def price_per_second(self, card: ModelCard) -> int | None:
        """What a second of default resolution costs, as `estimate` says it."""
        return self._prices.seconds(card.id, 1, DEFAULT_RESOLUTION)

    def _price(self, order: Order, card: ModelCard) -> int | None:
        return self._prices.seconds(card.id, order.duration_s, order.resolution or DEFAULT_RESOLUTION)

    async def run(self, work: Work) -> Json:
        """Makes the clip of the job."""
        order = msgspec.convert(work.job.request, Order)
        model = self._catalogue.choose(work.job.model)
        parents = tuple(asset for asset in (order.first_frame, order.last_frame, *order.references) if asset)
        made_by = Provenance(order.prompt, model.card.id, model.card.provider, parents=parents, seed=_seed(order))

        async def film(out: Path) -> None:
            await work.progress(1, "animating")
            first = (
                await self._library.fetch(work.job.tenant, order.first_frame, out.parent) if order.first_frame else None
            )
            await model.film(await self._shot(work, order, first), out, work)

        product = Product(
            "clip", "video/mp4", made_by, units={"seconds": order.duration_s}, micros=work.job.estimated_micros
        )
        clip = await self._workshop.make(work, product, film)
        return {"video": {"video": clip}}

    async def _shot(self, work: Work, order: Order, first_frame: Path | None) -> Shot:
        aspect_ratio = order.aspect_ratio or await self._aspect_of(work.job.tenant, order.first_frame)
        width, height = frame_size(aspect_ratio, order.resolution)
        return Shot(
            prompt=order.prompt,
            width=width,
            height=height,
            fps=order.fps or DEFAULT_FPS,
            duration_s=order.duration_s,
            seed=_seed(order),
            first_frame=first_frame,
            negative_prompt=order.negative_prompt,
        )

    async def _aspect_of(self, tenant: str, picture: str) -> str:
        if not picture:
            return "16:9"
        record = await self._library.index.get(tenant, picture)
        return f"{record.width}:{record.height}"


def queue_of(card: ModelCard) -> str:
    """The queue of a model's provider."""
    return f"video.{card.provider}"


def _seed(order: Order) -> int:
    if order.seed is not None:
        return order.seed
    return int.from_bytes(hashlib.sha256(order.prompt.encode()).digest()[:4], "big")


def _check(order: Order, card: ModelCard) -> None:
    if card.needs_first_frame and not order.first_frame:
        raise FirstFrameRequired(card.id)
    if not card.min_duration_s <= order.duration_s <= card.max_duration_s:
        raise DurationUnsupported(card.id, card.min_duration_s, card.max_duration_s)
    for field, unsupported in (
        ("last_frame", order.last_frame and not card.last_frame),
        ("references", len(order.references) > card.max_references),
        ("audio", order.audio and not card.audio),
    ):
        if unsupported:
            raise NotOffered(f"{field}: {card.id} cannot do this.", field=field, model=card.id)
