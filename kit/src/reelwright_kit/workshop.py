"""Where a job makes a file: the intent is written down, the file made and kept; another run finds what this kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import SUFFIXES, AssetRecord, Provenance
from reelwright_kit.assets.rendering import asset_json
from reelwright_kit.jobs.commission import Commission
from reelwright_kit.jobs.discretion import Discreet
from reelwright_kit.jobs.fulfilment import Fulfilment, Patience
from reelwright_kit.jobs.model import Json
from reelwright_kit.jobs.submissions import Units
from reelwright_kit.jobs.work import Work

Produce = Callable[[Path], Awaitable[None]]
Make = Callable[[], Awaitable[AssetRecord]]


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
    low: float = 0.0
    """Percent of the job that is done before."""
    high: float = 99.0
    """Percent of the job that is done after."""
    units: Units = field(default_factory=dict)
    """How much it is, for the usage report."""
    micros: int = 0
    """What it costs when an engine of our own makes it, in millionths of a US dollar; providers say it themselves."""


class Workshop:
    """Makes files for jobs, each at most once."""

    def __init__(self, library: Library, patience: Patience | None = None) -> None:
        self._library = library
        self._patience = patience or Patience()

    async def make(self, work: Work, product: Product, produce: Produce) -> Json:
        """The file of `product` as asset JSON; `produce` writes it unless an earlier run of the job did."""
        return await work.step(
            product.slot, lambda: self._once(work, product, lambda: self._own(work, product, produce))
        )

    async def commission(self, work: Work, product: Product, commission: Commission) -> Json:
        """The file of `product` as asset JSON, made by a provider, who is paid for it at most once."""
        return await work.step(
            product.slot, lambda: self._once(work, product, lambda: self._bought(work, product, commission))
        )

    async def _once(self, work: Work, product: Product, make: Make) -> Json:
        record = await self._library.made(work.job.tenant, work.job.id, product.slot)
        if record is None:
            record = await make()
        else:
            # Whoever kept it may have died before it wrote down so.
            await work.settle(product.slot, int(record.provenance.get("cost_micros", 0)), product.units)
        if product.preview:
            await work.preview(asset_json(record))
        return asset_json(record)

    async def _own(self, work: Work, product: Product, produce: Produce) -> AssetRecord:
        await work.intend(product.slot, product.provenance.provider, product.provenance.model)
        with self._library.scratch() as directory:
            path = directory / f"{product.slot}.{SUFFIXES[product.media_type]}"
            await produce(path)
            record = await self._kept(work, product, path, product.micros)
        await work.settle(product.slot, product.micros, product.units)
        return record

    async def _bought(self, work: Work, product: Product, commission: Commission) -> AssetRecord:
        with self._library.scratch() as directory:
            path = directory / f"{product.slot}.{SUFFIXES[product.media_type]}"
            shown = 0

            async def show(preview: Path, media_type: str) -> None:
                nonlocal shown
                shown += 1
                sketch = replace(product, slot=f"{product.slot}-preview-{shown}", media_type=media_type)
                await work.preview(asset_json(await self._kept(work, sketch, preview, 0)))

            return await Fulfilment(
                work,
                product.slot,
                Discreet(commission, work.job.request),
                out=path,
                show=show,
                keep=lambda micros: self._kept(work, product, path, micros),
                units=product.units,
                low=product.low,
                high=product.high,
                patience=self._patience,
            ).record()

    async def _kept(self, work: Work, product: Product, path: Path, micros: int) -> AssetRecord:
        return await self._library.keep_made(
            work.job.tenant,
            path,
            media_type=product.media_type,
            title=product.title,
            slot=product.slot,
            provenance=replace(product.provenance, job=work.job.id, cost_micros=micros),
        )
