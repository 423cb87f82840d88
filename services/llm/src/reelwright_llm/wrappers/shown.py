"""Puts the bytes of files in the place of their ids before a model is asked, and stills in that of some videos."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from reelwright_kit import caller
from reelwright_kit.addresses import AddressRefused
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.probe import measure
from reelwright_kit.assets.references import fetch
from reelwright_kit.errors import AssetTooLarge, UriRefused
from reelwright_kit.fetching import FetchFailed
from reelwright_kit.threads import in_thread
from reelwright_llm.providers.interface import Answer, Media, ModelCard, Part, Piece, Question, TextModel, Turn
from reelwright_llm.stills import Strip, strip_of

MAX_SHOWN_BYTES = 20 * 1024 * 1024
"""One stored file in a question."""
STRIPS_AT_ONCE = 2
"""Videos of which stills are made at a time, in this process."""


class Shelf(Protocol):
    """Where stored files are."""

    async def open(self, media: Media, field: str) -> Media:
        """The file with its bytes and media type; an address stays one.

        Raises AssetNotFound, AssetTooLarge, MediaUnreadable, and UriRefused for an address that is not public.
        """

    async def strip(self, media: Media, field: str) -> Strip:
        """Stills of a video. Raises what `open` raises, and UriUnreachable."""


class LibraryShelf:
    """The library, seen as the current tenant."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cutting = asyncio.Semaphore(STRIPS_AT_ONCE)

    async def open(self, media: Media, field: str) -> Media:
        if media.uri:
            await self._check(media.uri, f"{field}.uri")
        if media.content and not media.media_type:
            return replace(media, media_type=await self._type_of(media, f"{field}.content"))
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

    async def _check(self, uri: str, field: str) -> None:
        """The vendor fetches it, and a host of our own may stand where private addresses are near."""
        try:
            await self._library.fetcher.check(uri)
        except AddressRefused as error:
            raise UriRefused(field, error.cause) from None
        except FetchFailed:
            # Not known from here; the vendor says what it finds.
            return

    async def strip(self, media: Media, field: str) -> Strip:
        async with self._cutting:
            with self._library.scratch() as directory:
                path, named = await self._placed(media, field, directory)
                return await in_thread(strip_of, path, named)

    async def _placed(self, media: Media, field: str, directory: Path) -> tuple[Path, str]:
        """Where the file lies in `directory`, and what the request calls it."""
        if media.asset:
            return await self._library.fetch(caller.current().tenant, media.asset, directory), f"{field}.asset"
        path = directory / "shown"
        if media.uri:
            await fetch(self._library, media.uri, path, f"{field}.uri")
            return path, f"{field}.uri"
        await asyncio.to_thread(path.write_bytes, media.content)
        return path, f"{field}.content"

    async def _type_of(self, media: Media, field: str) -> str:
        with self._library.scratch() as directory:
            path: Path = directory / "shown"
            await asyncio.to_thread(path.write_bytes, media.content)
            return (await asyncio.to_thread(measure, path, field=field)).media_type


class ShownText:
    """Opens the files of a question for `model`."""

    def __init__(self, model: TextModel, shelf: Shelf) -> None:
        self.card: ModelCard = model.card
        self._model = model
        self._shelf = shelf

    async def answer(self, question: Question) -> Answer:
        return await self._model.answer(await self._opened(question))

    def stream(self, question: Question) -> AsyncGenerator[Piece]:
        # No generator of its own where there is nothing to open: every piece would pass it.
        return self._shown(question) if _has_media(question) else self._model.stream(question)

    async def _shown(self, question: Question) -> AsyncGenerator[Piece]:
        async with contextlib.aclosing(self._model.stream(await self._opened(question))) as pieces:
            async for piece in pieces:
                yield piece

    async def _opened(self, question: Question) -> Question:
        if not _has_media(question):
            return question
        turns = [await self._turn(turn, f"messages[{number}]") for number, turn in enumerate(question.turns)]
        return replace(question, turns=tuple(turns))

    async def _turn(self, turn: Turn, field: str) -> Turn:
        parts = [await self._parts(part, f"{field}.parts[{number}]") for number, part in enumerate(turn.parts)]
        return replace(turn, parts=tuple(one for few in parts for one in few))

    async def _parts(self, part: Part, field: str) -> Sequence[Part]:
        media = part.media
        if media is None:
            return (part,)
        named = media.field or f"{field}.{media.kind}.source"
        if media.stills and "video_input" not in self.card.capabilities:
            return _told(await self._shelf.strip(media, named))
        return (replace(part, media=await self._shelf.open(media, named)),)


def _has_media(question: Question) -> bool:
    return any(turn.media for turn in question.turns)


def _told(strip: Strip) -> list[Part]:
    """A video as pictures, each after its time."""
    told = [Part(f"The video is {strip.duration_s:.1f} s long. These are stills of it, each after its time.")]
    for still in strip.stills:
        picture = Media("image", content=still.jpeg, media_type="image/jpeg")
        told += [Part(f"{still.seconds:.1f} s:"), Part(media=picture)]
    return told
