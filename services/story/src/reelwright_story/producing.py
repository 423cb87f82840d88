"""The use-case of this service: take an order, and produce it as a durable job."""

from __future__ import annotations

from reelwright_kit.errors import FieldInvalid, PriceUnknown
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord
from reelwright_kit.jobs.rendering import Admission
from reelwright_story.estimating import Estimating, FilmEstimate
from reelwright_story.orders import FilmOrder
from reelwright_story.recipes import film


class Producing:
    """Takes orders for films."""

    def __init__(self, desk: JobDesk, estimating: Estimating, *, allow_unknown_price: bool) -> None:
        self._desk = desk
        self._estimating = estimating
        self._allow_unknown_price = allow_unknown_price

    async def film(self, order: FilmOrder, admission: Admission) -> JobRecord:
        """Admits a film at what it is expected to cost; raises PriceUnknown when that is not known and must be."""
        if await self._desk.known(admission):
            return await self._desk.accept(film.KIND, film.QUEUE, order, admission, in_parts=True)
        estimate = await self.estimate(order)
        if estimate.unknown_models and not self._allow_unknown_price:
            raise PriceUnknown(estimate.unknown_models[0])
        return await self._desk.accept(
            film.KIND, film.QUEUE, order, admission, estimated_micros=estimate.micros, in_parts=True
        )

    async def estimate(self, order: FilmOrder) -> FilmEstimate:
        """What a film costs; makes nothing."""
        if not order.prompt.strip():
            raise FieldInvalid("prompt", "has nothing to make a film of")
        return await self._estimating.film(order)
