"""Where a job makes a file: the intent is written down, the file made and kept; another run finds what this kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import SUFFIXES, AssetRecord, Provenance
from reelwright_kit.assets.rendering import asset_json
from reelwright_kit.database import outlasting
from reelwright_kit.jobs.model import Json
from reelwright_kit.jobs.work import Work

Produce = Callable[[Path], Awaitable[None]]


@dataclass(frozen=True)
class Product:
    """One file that a job is to make."""

    slot: str
    """Name of the file within its job, for example `picture-1`."""
    media_type: str
    provenance: Provenance
    title: str = ""
    preview: bool = False
    """Show the file in the event log as soon as it is there."""


class Workshop:
    """Makes files for jobs, each at most once."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def make(self, work: Work, product: Product, produce: Produce) -> Json:
        """The file of `product` as asset JSON; `produce` writes it unless an earlier run of the job did."""
        return await work.step(product.slot, lambda: self._once(work, product, produce))

    async def _once(self, work: Work, product: Product, produce: Produce) -> Json:
        record = await self._library.made(work.job.tenant, work.job.id, product.slot)
        if record is None:
            record = await self._produce(work, product, produce)
        if product.preview:
            await work.preview(asset_json(record))
        return asset_json(record)

    async def _produce(self, work: Work, product: Product, produce: Produce) -> AssetRecord:
        provenance = replace(product.provenance, job=work.job.id)
        await work.intend(product.slot, provenance.provider, provenance.model)
        with self._library.scratch() as directory:
            path = directory / f"{product.slot}.{SUFFIXES[product.media_type]}"
            await produce(path)
            # Repeated by itself: what took minutes to make must not be made again for want of a row.
            record = await outlasting(
                lambda: self._library.keep(
                    work.job.tenant,
                    path,
                    media_type=product.media_type,
                    title=product.title,
                    slot=product.slot,
                    provenance=provenance,
                )
            )
        await work.settle(product.slot)
        return record
