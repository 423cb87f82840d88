"""What a vendor says about a refusal, without the words it was asked with: errors and events carry no prompts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reelwright_kit.errors import AppError
from reelwright_kit.jobs.commission import Commission, Show, Sighting, Ticket
from reelwright_kit.jobs.model import Json

WORDED = frozenset({"prompt", "negative_prompt", "style", "text", "instructions", "narration"})
"""Fields of a job's request in which people say what they want."""

RUN = 3
"""So many words of a prompt in a row are a quotation; vendors quote whole prompts and cut ones."""

LEFT_OUT = "…"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Discreet:
    """A commission whose failures do not quote what was asked for."""

    commission: Commission
    request: Json
    """The request of its job."""

    @property
    def provider(self) -> str:
        return self.commission.provider

    @property
    def model(self) -> str:
        return self.commission.model

    @property
    def estimated_micros(self) -> int:
        return self.commission.estimated_micros

    async def submit(self, intent: str, out: Path, show: Show) -> Ticket:
        with self._unquoted():
            return await self.commission.submit(intent, out, show)

    async def find(self, intent: str, since: datetime) -> Sequence[Ticket]:
        with self._unquoted():
            return await self.commission.find(intent, since)

    async def look(self, place: Json) -> Sighting:
        with self._unquoted():
            return await self.commission.look(place)

    async def collect(self, result: Json, out: Path) -> int | None:
        with self._unquoted():
            return await self.commission.collect(result, out)

    async def withdraw(self, place: Json) -> bool:
        with self._unquoted():
            return await self.commission.withdraw(place)

    @contextlib.contextmanager
    def _unquoted(self) -> Iterator[None]:
        try:
            yield
        except AppError as error:
            error.message = unquoted(error.message, self.request)
            error.metadata = {name: unquoted(value, self.request) for name, value in error.metadata.items()}
            error.args = (error.message,)
            raise


def unquoted(said: str, request: Json) -> str:
    """`said` with every quotation from the words of `request` left out."""
    for words in _words_of(request):
        said = _without(said, _WORD.findall(words))
    return said


def _without(said: str, words: Sequence[str]) -> str:
    length = min(RUN, len(words))
    if not length:
        return said
    runs = {tuple(word.lower() for word in words[start : start + length]) for start in range(len(words) - length + 1)}
    found = list(_WORD.finditer(said))
    spans: list[tuple[int, int]] = []
    for start in range(len(found) - length + 1):
        run = found[start : start + length]
        if tuple(word.group().lower() for word in run) in runs:
            begin, end = run[0].start(), run[-1].end()
            if spans and begin <= spans[-1][1] + 1:
                begin = spans.pop()[0]
            spans.append((begin, end))
    for begin, end in reversed(spans):
        said = f"{said[:begin]}{LEFT_OUT}{said[end:]}"
    return said


def _words_of(value: Any, *, worded: bool = False) -> Iterator[str]:
    if isinstance(value, str) and worded:
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _words_of(item, worded=name in WORDED)
    elif isinstance(value, list):
        for item in value:
            yield from _words_of(item, worded=worded)
