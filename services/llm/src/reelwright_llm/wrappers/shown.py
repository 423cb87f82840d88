"""Puts the bytes of files in the place of their ids before a model is asked: vendors do not know our files."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from reelwright_kit import caller
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.probe import measure
from reelwright_kit.errors import AssetTooLarge
from reelwright_llm.providers.interface import Answer, Media, ModelCard, Part, Piece, Question, TextModel, Turn

MAX_SHOWN_BYTES = 20 * 1024 * 1024
"""One stored file in a question."""


class Shelf(Protocol):
    """Where stored files are."""

    async def open(self, media: Media) -> Media:
        """The file with its bytes and media type; raises AssetNotFound, AssetTooLarge and MediaUnreadable."""


class LibraryShelf:
    """The library, seen as the current tenant."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def open(self, media: Media) -> Media:
        if media.content and not media.media_type:
            return replace(media, media_type=await self._type_of(media))
        if not media.asset:
            return media
        record = await self._library.index.get(caller.current().tenant, media.asset)
        if record.size_bytes > MAX_SHOWN_BYTES:
            raise AssetTooLarge(MAX_SHOWN_BYTES)
        content = b"".join([piece async for piece in self._library.read(record)])
        named = media.filename or record.filename or ""
        return replace(
            media, asset="", content=content, media_type=media.media_type or record.media_type, filename=named
        )

    async def _type_of(self, media: Media) -> str:
        with self._library.scratch() as directory:
            path: Path = directory / "shown"
            await asyncio.to_thread(path.write_bytes, media.content)
            return (await asyncio.to_thread(measure, path)).media_type


class ShownText:
    """Opens the files of a question for `model`."""

    def __init__(self, model: TextModel, shelf: Shelf) -> None:
        self._model = model
        self._shelf = shelf

    @property
    def card(self) -> ModelCard:
        return self._model.card

    async def answer(self, question: Question) -> Answer:
        return await self._model.answer(await self._opened(question))

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        async with contextlib.aclosing(self._model.stream(await self._opened(question))) as pieces:
            async for piece in pieces:
                yield piece

    async def _opened(self, question: Question) -> Question:
        if not any(turn.media for turn in question.turns):
            return question
        return replace(question, turns=tuple([await self._turn(turn) for turn in question.turns]))

    async def _turn(self, turn: Turn) -> Turn:
        return replace(turn, parts=tuple([await self._part(part) for part in turn.parts]))

    async def _part(self, part: Part) -> Part:
        return replace(part, media=await self._shelf.open(part.media)) if part.media else part
