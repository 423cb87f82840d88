"""The use-case of this service: take an order, and produce it as a durable job."""

from __future__ import annotations

from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord
from reelwright_kit.jobs.rendering import Admission
from reelwright_story.orders import FilmOrder
from reelwright_story.recipes import film


class Producing:
    """Takes orders for films."""

    def __init__(self, desk: JobDesk) -> None:
        self._desk = desk

    async def film(self, order: FilmOrder, admission: Admission) -> JobRecord:
        """Admits a film."""
        if not order.prompt.strip():
            raise FieldInvalid("prompt", "has nothing to make a film of")
        return await self._desk.accept(film.KIND, film.QUEUE, order, admission)
