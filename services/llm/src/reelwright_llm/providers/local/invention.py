"""Invents plausible strings for properties nobody planned, from the words of the prompt."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from random import Random

from reelwright_llm.providers.local import planning, plot
from reelwright_llm.providers.local.briefing import Brief
from reelwright_llm.providers.local.languages import SMALL_WORDS
from reelwright_llm.providers.local.story import story_for, title_of
from reelwright_llm.providers.local.understanding import tidy

_ROOMS: tuple[tuple[str, str], ...] = (
    ("image_prompt|picture_prompt|visual_prompt|^prompt$", "image_prompt"),
    ("motion|camera", "motion_prompt"),
    ("title|headline|heading|subject", "title"),
    ("logline|summary|synopsis|abstract|description|overview|hook|tagline|slogan|pitch", "logline"),
    ("keyword|tag|topic|category|label|theme|ingredient|object|item", "keyword"),
    ("language|locale", "language"),
    ("mood|tone|emotion|sentiment", "mood"),
    ("genre|kind|type", "genre"),
    ("place|location|setting|scene|city", "place"),
    ("style|look", "style"),
    ("music|sound", "music"),
    ("^name$|_name$|author|person|character|hero|speaker", "name"),
    ("email", "email"),
    ("url|link|website|uri", "uri"),
    ("date$", "date"),
    ("(^|_)id$|uuid|identifier", "word"),
    ("colou?r", "colour"),
)
_COLOURS = ("deep blue", "warm amber", "moss green", "brick red", "pale grey", "soft violet")


class Writer:
    """Writes strings by property name or format; each call may give another line of the same story."""

    def __init__(self, brief: Brief, seed: int, random: Random) -> None:
        self._brief = brief
        self._seed = seed
        self._random = random
        self._story = story_for(brief, seed)
        self._lines = self._story.narrate(plot.moments(8))
        self._next = 0

    def write(self, name: str, form: str) -> str:
        """A string for a property called `name`, in the JSON Schema format `form` ("" for none)."""
        by_format = self._formats().get(form)
        if by_format is not None:
            return by_format()
        lower = name.lower()
        room = next((room for pattern, room in _ROOMS if re.search(pattern, lower)), "line")
        return self._rooms()[room]()

    def _line(self) -> str:
        self._next += 1
        return self._lines[(self._next - 1) % len(self._lines)]

    def _formats(self) -> Mapping[str, Callable[[], str]]:
        random = self._random
        return {
            "email": lambda: f"{self._word()}@example.com",
            "uri": lambda: f"https://example.com/{self._word()}",
            "date": lambda: f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
            "time": lambda: f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:00Z",
            "date-time": lambda: (
                f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}T{random.randint(0, 23):02}:00:00Z"
            ),
            "uuid": lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "hostname": lambda: "example.com",
            "ipv4": lambda: f"192.0.2.{random.randint(1, 254)}",
            "duration": lambda: f"PT{random.randint(5, 59)}S",
        }

    def _rooms(self) -> Mapping[str, Callable[[], str]]:
        story, forms = self._story, self._formats()
        return {
            "image_prompt": lambda: self._shot("image_prompt"),
            "motion_prompt": lambda: self._shot("motion_prompt"),
            "title": lambda: title_of(story),
            "logline": lambda: str(planning.outline(self._brief, self._seed)["logline"]),
            "keyword": self._keyword,
            "language": lambda: story.language,
            "mood": lambda: story.mood,
            "genre": lambda: story.family,
            "place": lambda: story.views[0],
            "style": lambda: story.style,
            "music": lambda: str(planning.outline(self._brief, self._seed)["music"]),
            "name": lambda: story.cast.lead.name or title_of(story),
            "word": self._word,
            "colour": lambda: self._random.choice(_COLOURS),
            "line": self._line,
            **{name: forms[name] for name in ("email", "uri", "date")},
        }

    def _shot(self, key: str) -> str:
        return str(planning.shots(Brief(self._brief.sentence, 1), self._seed)["shots"][0][key])

    def _keyword(self) -> str:
        small = SMALL_WORDS.get(self._story.understanding.language, SMALL_WORDS["en"])
        stops = small.determiners | small.breaks | small.inside
        found = re.findall(r"[^\W\d_]{3,}", tidy(self._brief.sentence).lower())
        words: list[str] = [word for word in found if word not in stops] or ["film"]
        self._next += 1
        return words[(self._next - 1) % len(words)]

    def _word(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self._keyword().encode("ascii", "ignore").decode()).strip("-") or "film"
