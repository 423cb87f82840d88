"""Anthropic: chats by its messages, on the plain wire."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator

import msgspec
from msgspec.structs import replace

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.providers.anthropic.answers import Reader, answer_from
from reelwright_llm.providers.anthropic.problems import broken, refused
from reelwright_llm.providers.anthropic.requests import message_body
from reelwright_llm.providers.interface import Answer, Json, ModelCard, Piece, Question
from reelwright_llm.providers.vendors import Vendor
from reelwright_llm.providers.wire.http import Refusal, Wire
from reelwright_llm.settings import LlmSettings, listed

URL = "https://api.anthropic.com"
VERSION = "2023-06-01"
CAPABILITIES = ("image_input", "file_input", "tools", "json_schema", "reasoning", "streaming")
_decode = msgspec.json.Decoder().decode


def vendor(settings: LlmSettings) -> Vendor:
    """Anthropic as the settings describe it."""
    return Vendor(
        "anthropic",
        settings.why_not("anthropic"),
        settings.anthropic_base_url or URL,
        {"x-api-key": str(settings.anthropic_key), "anthropic-version": VERSION},
        AnthropicText,
        capabilities=CAPABILITIES,
        chat_models=listed(settings.anthropic_models),
    )


class AnthropicText:
    """Chats."""

    def __init__(self, card: ModelCard, name: str, wire: Wire) -> None:
        self.card = card
        self._name = name
        self._wire = wire

    async def answer(self, question: Question) -> Answer:
        body = self._body(question)
        with self._understood():
            return answer_from(await self._wire.post("/v1/messages", body))

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        body, reader = self._body(question) | {"stream": True}, Reader()
        with self._understood():
            async with contextlib.aclosing(self._wire.stream("/v1/messages", body)) as events:
                async for data in events:
                    event = _decode(data)
                    if event["type"] == "error":
                        raise broken(self.card.provider, self.card.id, event)
                    if piece := reader.piece_of(event):
                        yield replace(piece, head=replace(piece.head, model=self.card.id, provider=self.card.provider))
        if not reader.ended:
            raise ProviderBusy(self.card.provider, "the answer broke off")

    def _body(self, question: Question) -> Json:
        if question.json:
            raise CapabilityUnsupported("response_format.type", self.card.id, "json_object")
        return message_body(question, self._name)

    @contextlib.contextmanager
    def _understood(self) -> Iterator[None]:
        """Turns what Anthropic says into our failures, also an answer that is not what it should be."""
        try:
            yield
        except Refusal as refusal:
            raise refused(self.card.provider, self.card.id, refusal) from None
        except (KeyError, TypeError, ValueError, AttributeError, msgspec.DecodeError) as error:
            cause = f"the answer is not what it should be ({type(error).__name__})"
            raise ProviderBusy(self.card.provider, cause) from error
