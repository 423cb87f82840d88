"""The first use-case of this service: take an order for speech, and speak it as a durable job."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from reelwright_audio.providers.interface import ModelCard, SpeechModel, SpokenWord, Utterance, VoiceCard
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import Provenance
from reelwright_kit.assets.rendering import asset_json
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.work import Work
from reelwright_kit.money.prices import Prices

KIND = "speech"
SLOT = "speech"


@dataclass(frozen=True)
class Order:
    """What a caller wants to have said."""

    text: str
    model: str = ""
    voice: str = ""
    language: str = "en"
    speed: float = 1.0
    instructions: str = ""


class Speaking:
    """Takes orders for speech and speaks them."""

    def __init__(self, desk: JobDesk, library: Library, catalogue: Catalogue[SpeechModel], prices: Prices) -> None:
        self._desk = desk
        self._library = library
        self._catalogue = catalogue
        self._prices = prices

    async def accept(self, order: Order, admission: Admission) -> JobRecord:
        """Checks the order against its model and admits the job."""
        micros, model = self.estimate(order)
        queue = queue_of(self._catalogue.choose(model).card)
        return await self._desk.accept(KIND, queue, order, admission, model=model, estimated_micros=micros)

    def estimate(self, order: Order) -> tuple[int | None, str]:
        """The cost in millionths of a US dollar, None when not known, and the model that would speak.

        Raises what is wrong with the order.
        """
        if not order.text.strip():
            raise FieldInvalid("text", "has nothing to say in it")
        model = self._catalogue.choose(order.model)
        model.check(_utterance(order))
        return self._prices.characters(model.card.id, len(order.text)), model.card.id

    def usual_price(self, card: ModelCard) -> int | None:
        """What 1,000 characters cost."""
        return self._prices.characters(card.id, 1000)

    def voices(self, language: str, model: str) -> list[VoiceCard]:
        """The voices of one model or of all, of one language or of all."""
        models = [self._catalogue.choose(model)] if model else self._catalogue.all(configured_only=True)
        wanted = language.lower()
        return [
            voice
            for chosen in models
            for voice in chosen.voices()
            if not wanted or voice.language.lower() == wanted or voice.language.lower().startswith(f"{wanted}-")
        ]

    async def run(self, work: Work) -> Json:
        """Speaks the text of the job."""
        return {"audio": await work.step(SLOT, lambda: self._speak(work))}

    async def _speak(self, work: Work) -> Json:
        order = msgspec.convert(work.job.request, Order)
        model = self._catalogue.choose(work.job.model)
        await work.intend(SLOT, model.card.provider, model.card.id)
        with self._library.scratch() as directory:
            out = directory / "speech.wav"
            words = await model.speak(_utterance(order), out, work)
            made_by = Provenance(
                order.text, model.card.id, model.card.provider, job=work.job.id, cost_micros=work.job.estimated_micros
            )
            record = await self._library.keep_made(
                work.job.tenant, out, media_type="audio/wav", slot=SLOT, provenance=made_by
            )
        units = {"seconds": record.duration_s or 0.0, "characters": len(order.text)}
        await work.settle(SLOT, work.job.estimated_micros, units)
        return {
            "audio": asset_json(record),
            "words": [_word_json(word) for word in words],
            "text": order.text,
            "language": order.language,
        }


def queue_of(card: ModelCard) -> str:
    """The queue of a model's provider."""
    return f"audio.{card.provider}"


def _utterance(order: Order) -> Utterance:
    return Utterance(order.text, order.voice, order.language, order.speed, order.instructions)


def _word_json(word: SpokenWord) -> Json:
    return {"text": word.text, "start": f"{word.start_s:.3f}s", "end": f"{word.end_s:.3f}s"}
