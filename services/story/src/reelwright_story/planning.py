"""From a sentence to a storyboard: outline, then scenes, then shots, each asked of the text model by JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from reelwright_story import schemas
from reelwright_story.errors import PlanUnusable
from reelwright_story.storyboard import Outline, Scene, Shot, Storyboard

Plan = TypeVar("Plan")

ATTEMPTS = 3

DEPARTMENT = """You are the story department of a film studio. You turn one sentence into a short narrated film.
Answer only with JSON that fits the given schema. Keep to the sentence: its people, its place, its event.
The story has an arc: setup, desire, turn, crisis, change, ending. Narration is in the story's language; everything that
describes pictures is in English. Repeat each character's look word for word wherever the character is seen."""


class TextModel(Protocol):
    """Answers by schema; the same request id gives the same answer."""

    async def ask(self, request_id: str, system: str, user: str, name: str, schema: schemas.Schema, seed: int) -> str:
        """JSON text that should fit `schema`."""


class Unfit(Exception):
    """A plan that reads well but does not hang together."""


@dataclass(frozen=True)
class Brief:
    """What a plan is made from."""

    sentence: str
    scenes: int
    seconds: float
    language: str
    style: str
    seed: int

    def lines(self) -> str:
        """The brief as the text model reads it."""
        return (
            f"Sentence: {self.sentence}\nScenes: {self.scenes}\nLanguage: {self.language or 'auto'}\n"
            f"Seconds: {self.seconds:g}\nStyle: {self.style}"
        )


class Planner:
    """Makes storyboards."""

    def __init__(self, model: TextModel) -> None:
        self._model = model

    async def outline(self, key: str, brief: Brief) -> Outline:
        """The outline; `key` names this plan, so that asking again gives the same one."""
        schema = schemas.outline(brief.scenes)
        return await self._ask(f"{key}.outline", brief, brief.lines(), "film_outline", schema, _outline_of)

    async def scenes(self, key: str, brief: Brief, outline: Outline) -> tuple[Scene, ...]:
        """The scenes of an outline."""
        user = f"{brief.lines()}\nOutline:\n{_json(outline)}"
        schema = schemas.scenes(brief.scenes)
        return await self._ask(
            f"{key}.scenes", brief, user, "film_scenes", schema, lambda raw: _scenes_of(raw, outline)
        )

    async def shots(self, key: str, brief: Brief, outline: Outline, scenes: tuple[Scene, ...]) -> Storyboard:
        """The shots of the scenes, and with them the whole plan."""
        user = f"{brief.lines()}\nOutline:\n{_json(outline)}\nScenes:\n{_json({'scenes': scenes})}"
        schema = schemas.shots(brief.scenes)
        shots = await self._ask(f"{key}.shots", brief, user, "film_shots", schema, lambda raw: _shots_of(raw, scenes))
        return Storyboard(outline, scenes, shots)

    async def _ask(
        self, key: str, brief: Brief, user: str, name: str, schema: schemas.Schema, read: Callable[[Any], Plan]
    ) -> Plan:
        cause = ""
        for attempt in range(1, ATTEMPTS + 1):
            again = f"\nYour last answer could not be used: {cause}. Correct this." if cause else ""
            text = await self._model.ask(f"{key}.{attempt}", DEPARTMENT, user + again, name, schema, brief.seed)
            try:
                return read(msgspec.json.decode(text))
            except (msgspec.MsgspecError, Unfit) as error:
                cause = str(error)
        raise PlanUnusable(name, ATTEMPTS, cause)


def _outline_of(raw: Any) -> Outline:
    return msgspec.convert(raw, Outline)


def _scenes_of(raw: Any, outline: Outline) -> tuple[Scene, ...]:
    scenes = msgspec.convert(raw, dict[str, tuple[Scene, ...]]).get("scenes", ())
    if [scene.number for scene in scenes] != list(range(1, len(outline.beats) + 1)):
        raise Unfit(f"scenes must be numbered 1 to {len(outline.beats)} in order")
    known = {character.name for character in outline.characters}
    for scene in scenes:
        if strangers := set(scene.characters) - known:
            raise Unfit(f"scene {scene.number} names {sorted(strangers)}, who are not in the outline")
    return scenes


def _shots_of(raw: Any, scenes: tuple[Scene, ...]) -> tuple[Shot, ...]:
    shots = msgspec.convert(raw, dict[str, tuple[Shot, ...]]).get("shots", ())
    if missing := {scene.number for scene in scenes} - {shot.scene for shot in shots}:
        raise Unfit(f"scenes {sorted(missing)} have no shot")
    if [shot.scene for shot in shots] != sorted(shot.scene for shot in shots):
        raise Unfit("shots must be in the order of their scenes")
    return shots


def _json(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
