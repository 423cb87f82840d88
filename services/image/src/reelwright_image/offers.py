"""Which models this process offers: those of the providers it has keys for, and the others with the reason why not."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import openai

from reelwright_image.providers import fal, openai_images, replicate
from reelwright_image.providers.interface import ImageModel
from reelwright_image.providers.local_image import LocalImage
from reelwright_image.settings import ImageSettings
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.jobs.model import Json
from reelwright_kit.jobs.runs import Canceller
from reelwright_kit.money.prices import Prices
from reelwright_kit.upstream import Upstream, connected


@dataclass(frozen=True)
class Offers:
    """Models, the queues their jobs wait in, and how their providers are told to stop."""

    models: tuple[ImageModel, ...]
    queues: tuple[Queue, ...]
    cancellers: Mapping[str, Canceller]


@contextlib.asynccontextmanager
async def offers(settings: ImageSettings, prices: Prices) -> AsyncIterator[Offers]:
    """The offers, with open connections to the configured providers."""
    async with contextlib.AsyncExitStack() as stack:
        cancellers: dict[str, Canceller] = {}
        fal_api = replicate_api = openai_api = None
        if settings.fal_credentials:
            fal_api = await stack.enter_async_context(
                connected(fal.upstream(settings.fal_base_url, settings.fal_credentials))
            )
            cancellers[fal.PROVIDER] = _fal_canceller(fal_api)
        if settings.replicate_token:
            replicate_api = await stack.enter_async_context(
                connected(replicate.upstream(settings.replicate_base_url, settings.replicate_token))
            )
            cancellers[replicate.PROVIDER] = _replicate_canceller(replicate_api)
        if settings.openai_key:
            openai_api = await stack.enter_async_context(
                openai_images.client(
                    settings.openai_key, settings.openai_base_url, settings.openai_organization, settings.openai_project
                )
            )
        models = every_model(prices, openai_api, fal_api, replicate_api, settings.openai_previews)
        yield Offers(models, _queues(models, settings), cancellers)


def every_model(
    prices: Prices,
    openai_api: openai.AsyncOpenAI | None,
    fal_api: Upstream | None,
    replicate_api: Upstream | None,
    previews: int,
) -> tuple[ImageModel, ...]:
    """All models; those of a provider that is not connected say that they are not configured."""
    return (
        LocalImage(prices),
        *(openai_images.OpenAIModel(model, openai_api, previews, prices) for model in openai_images.MODELS),
        *(fal.FalModel(model, name, fal_api, prices) for model, name in fal.MODELS.items()),
        *(replicate.ReplicateModel(model, name, replicate_api, prices) for model, name in replicate.MODELS.items()),
    )


def _queues(models: tuple[ImageModel, ...], settings: ImageSettings) -> tuple[Queue, ...]:
    """One for each configured provider: every queue costs polling, and jobs of the others are not admitted."""
    limits = {
        openai_images.PROVIDER: (settings.openai_concurrent, settings.openai_per_minute),
        fal.PROVIDER: (settings.fal_concurrent, settings.fal_per_minute),
        replicate.PROVIDER: (settings.replicate_concurrent, settings.replicate_per_minute),
    }
    providers = dict.fromkeys(model.card.provider for model in models if model.card.configured)
    queues = [Queue(f"image.{LocalImage.card.provider}", settings.max_concurrent)]
    for provider in providers:
        if provider in limits:
            concurrent, per_minute = limits[provider]
            queues.append(Queue(f"image.{provider}", concurrent, concurrent, per_minute or None, 0.5))
    return tuple(queues)


def _fal_canceller(api: Upstream) -> Canceller:
    async def withdraw(place: Json) -> bool:
        return await fal.withdraw(api, place)

    return withdraw


def _replicate_canceller(api: Upstream) -> Canceller:
    async def withdraw(place: Json) -> bool:
        return await replicate.withdraw(api, place)

    return withdraw
