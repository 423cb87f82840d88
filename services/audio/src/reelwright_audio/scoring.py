"""The second use-case of this service: take an order for music, and play it as a durable job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reelwright_audio.providers.interface import ModelCard, MusicModel, Piece
from reelwright_audio.speaking import queue_of
from reelwright_kit.assets.model import Provenance
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.work import Work
from reelwright_kit.money.prices import Prices
from reelwright_kit.workshop import Product, Workshop

KIND = "music"
DEFAULT_DURATION_S = 30.0


@dataclass(frozen=True)
class Order:
    """What a caller wants to have played."""

    prompt: str
    model: str = ""
    duration_s: float = DEFAULT_DURATION_S
    seed: int | None = None


class Scoring:
    """Takes orders for music and plays them."""

    def __init__(self, desk: JobDesk, workshop: Workshop, catalogue: Catalogue[MusicModel], prices: Prices) -> None:
        self._desk = desk
        self._workshop = workshop
        self._catalogue = catalogue
        self._prices = prices

    async def accept(self, order: Order, admission: Admission) -> JobRecord:
        """Admits the job."""
        card = self._catalogue.choose(order.model).card
        micros = self._prices.seconds(card.id, order.duration_s)
        return await self._desk.accept(KIND, queue_of(card), order, admission, model=card.id, estimated_micros=micros)

    def estimate(self, order: Order) -> tuple[int | None, str]:
        """The cost in millionths of a US dollar, None when not known, and the model that would play."""
        card = self._catalogue.choose(order.model).card
        return self._prices.seconds(card.id, order.duration_s), card.id

    def usual_price(self, card: ModelCard) -> int | None:
        """What a minute costs."""
        return self._prices.seconds(card.id, 60)

    async def run(self, work: Work) -> Json:
        """Plays the music of the job."""
        order = msgspec.convert(work.job.request, Order)
        model = self._catalogue.choose(work.job.model)
        piece = Piece(order.prompt, order.duration_s, _seed(order))
        made_by = Provenance(order.prompt, model.card.id, model.card.provider, seed=piece.seed)

        product = Product(
            "music", "audio/wav", made_by, units={"seconds": order.duration_s}, micros=work.job.estimated_micros
        )

        async def play(out: Path) -> None:
            await model.play(piece, out, work)

        return {"audio": {"audio": await self._workshop.make(work, product, play)}}


def _seed(order: Order) -> int:
    if order.seed is not None:
        return order.seed
    return int.from_bytes(hashlib.sha256(order.prompt.encode()).digest()[:4], "big")
