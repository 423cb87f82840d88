"""From a sentence to a film: plan, shoot every shot through the other services, edit."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import Provenance
from reelwright_kit.assets.rendering import asset_json
from reelwright_kit.jobs.model import EventRecord, Json
from reelwright_kit.jobs.work import Work
from reelwright_story.children import Children
from reelwright_story.gathering import Gathering
from reelwright_story.orders import SECONDS_PER_SCENE, FilmOrder, clip_seconds, music_seconds
from reelwright_story.planning import Brief, Planner
from reelwright_story.providers.studio import CutShot, Studio
from reelwright_story.providers.text import GrpcTextModel
from reelwright_story.recipes.board import ShotBoard
from reelwright_story.recipes.stopping import Tally, explained, is_for_money
from reelwright_story.storyboard import Shot, Storyboard

KIND = "film"
QUEUE = "story.film"

PLANNED, SHOT, EDITED = 6.0, 72.0, 97.0
"""Percent of a film that is done after each of its steps."""


@dataclass(frozen=True)
class Taken:
    """What was made for one shot: asset JSON of its parts."""

    picture: Json
    voice: Json
    words: list[Json]
    clip: Json
    seconds: float


class FilmRecipe:
    """Makes films."""

    def __init__(self, text: GrpcTextModel, studio: Studio, children: Children, library: Library) -> None:
        self._text = text
        self._studio = studio
        self._children = children
        self._library = library

    async def run(self, work: Work) -> Json:
        """Makes the film of the job. Steps that were done are not done again, nor is any child of one that was not."""
        order = msgspec.convert(work.job.request, FilmOrder)
        planned = await work.step("plan", lambda: self._planned(work, order))
        board = msgspec.convert(planned, Storyboard)
        shot = await work.step("shoot", lambda: self._shoot(work, order, board))
        takes = msgspec.convert(shot["takes"], list[Taken])
        edited = await work.step("edit", lambda: self._edited(work, order, board, takes, shot["music"]))
        storyboard = await work.step("storyboard", lambda: self._keep_storyboard(work, order, board, takes))
        film = {
            "film": edited["video"],
            "poster": edited["poster"],
            "storyboard": storyboard,
            "pictures": [take.picture for take in takes],
            "title": board.outline.title,
        }
        return {"film": film | ({"subtitles": edited["subtitles"]} if "subtitles" in edited else {})}

    async def _planned(self, work: Work, order: FilmOrder) -> Json:
        with explained(work.job, Tally(music=order.music)):
            return await self._plan(work, order)

    async def _plan(self, work: Work, order: FilmOrder) -> Json:
        planner, key = Planner(self._text.of(order.models.text)), f"{work.job.id}.plan"
        brief = Brief(
            order.prompt,
            order.scenes,
            order.seconds or order.scenes * SECONDS_PER_SCENE,
            order.language,
            order.style,
            order.seed,
        )
        await work.progress(1, "outlining", "Finding the story")
        outline = await planner.outline(key, brief)
        await work.progress(2, "planning scenes", outline.title)
        scenes = await planner.scenes(key, brief, outline)
        await work.progress(4, "planning shots", outline.logline)
        board = await planner.shots(key, brief, outline, scenes)
        await work.progress(PLANNED, "planned", f"{len(board.shots)} shots")
        plan: Json = msgspec.to_builtins(board)
        return plan

    async def _shoot(self, work: Work, order: FilmOrder, board: Storyboard) -> Json:
        titles = [board.scene_of(shot).title for shot in board.shots]
        progress = ShotBoard(work, titles, PLANNED, SHOT, Tally(len(titles), order.music))
        await progress.announce()
        with explained(work.job, progress.tally):
            return await self._gathered(work, order, board, progress)

    async def _gathered(self, work: Work, order: FilmOrder, board: Storyboard, progress: ShotBoard) -> Json:
        async with Gathering(is_for_money) as group:
            voices = [group.begin(self._speak(work, order, board, n, progress)) for n in range(len(board.shots))]
            pictures = [group.begin(self._draw(work, order, board, n, progress)) for n in range(len(board.shots))]
            spoken = [await voice for voice in voices]
            lengths = [clip_seconds(order, len(board.shots), _seconds(said["audio"])) for said in spoken]
            music = group.begin(self._score(work, order, board, sum(lengths), progress))
            clips = [
                group.begin(self._animate(work, order, shot, n, pictures[n], lengths[n], progress))
                for n, shot in enumerate(board.shots)
            ]
        takes = [
            Taken(picture.result(), said["audio"], said.get("words", []), clip.result(), seconds)
            for picture, said, clip, seconds in zip(pictures, spoken, clips, lengths, strict=True)
        ]
        return {"takes": msgspec.to_builtins(takes), "music": music.result()}

    async def _speak(self, work: Work, order: FilmOrder, board: Storyboard, number: int, progress: ShotBoard) -> Json:
        text, language = board.shots[number].narration, board.outline.language
        job = await self._studio.voice(work.job.id, text, order.voice, language, order.models.speech)
        result = await self._follow(work, job, number, "voice", progress)
        said: Json = result["audio"]
        return said

    async def _draw(self, work: Work, order: FilmOrder, board: Storyboard, number: int, progress: ShotBoard) -> Json:
        prompt, seed = board.shots[number].image_prompt, (order.seed + number) % (1 << 32)
        size = order.frame_size()
        job = await self._studio.picture(work.job.id, prompt, order.aspect_ratio, size, seed, order.models.image)
        result = await self._follow(work, job, number, "picture", progress)
        picture: Json = result["image"]["images"][0]
        await work.preview(picture, f"Shot {number + 1}")
        return picture

    async def _animate(
        self,
        work: Work,
        order: FilmOrder,
        shot: Shot,
        number: int,
        drawn: asyncio.Task[Json],
        seconds: float,
        progress: ShotBoard,
    ) -> Json:
        picture = await drawn
        seed = (order.seed + number) % (1 << 32)
        job = await self._studio.clip(
            work.job.id, picture["id"], shot.motion_prompt, seconds, order.resolution, seed, order.models.video
        )
        result = await self._follow(work, job, number, "clip", progress)
        clip: Json = result["video"]["video"]
        return clip

    async def _score(self, work: Work, order: FilmOrder, board: Storyboard, seconds: float, progress: ShotBoard) -> str:
        if not order.music:
            return ""
        prompt = f"{board.outline.mood}; {board.outline.music}"
        job = await self._studio.music(work.job.id, prompt, music_seconds(seconds), order.seed, order.models.music)
        result = await self._children.follow(work.job.tenant, job, _ignore)
        progress.tally.has_music = True
        return str(result["audio"]["audio"]["id"])

    async def _edited(self, work: Work, order: FilmOrder, board: Storyboard, takes: list[Taken], music: str) -> Json:
        every = set(range(len(takes)))
        tally = Tally(len(takes), order.music, {"picture": every, "voice": every, "clip": every}, has_music=True)
        with explained(work.job, tally):
            return await self._edit(work, order, board, takes, music)

    async def _edit(self, work: Work, order: FilmOrder, board: Storyboard, takes: list[Taken], music: str) -> Json:
        shots = [
            CutShot(take.clip["id"], take.voice["id"], shot.narration, take.words)
            for shot, take in zip(board.shots, takes, strict=True)
        ]
        job = await self._studio.edit(
            work.job.id,
            board.outline.title,
            takes[0].picture["id"],
            shots,
            music,
            board.outline.language,
            order.aspect_ratio,
            order.resolution,
        )

        async def hear(event: EventRecord) -> None:
            await work.progress(SHOT + (EDITED - SHOT) * float(event.body["percent"]) / 100, "editing")

        result = await self._children.follow(work.job.tenant, job, hear)
        video: Json = result["video"]
        return video

    async def _keep_storyboard(self, work: Work, order: FilmOrder, board: Storyboard, takes: list[Taken]) -> Json:
        written = _written(order, board, takes)
        with self._library.scratch() as directory:
            path = Path(directory) / "storyboard.json"
            path.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            record = await self._library.keep_made(
                work.job.tenant,
                path,
                media_type="application/json",
                filename="storyboard.json",
                title=board.outline.title,
                slot="storyboard",
                provenance=Provenance(order.prompt, job=work.job.id, seed=order.seed),
            )
        return asset_json(record)

    async def _follow(self, work: Work, job: str, number: int, task: str, progress: ShotBoard) -> Json:
        async def hear(event: EventRecord) -> None:
            await progress.hear(number, task, event)

        result = await self._children.follow(work.job.tenant, job, hear)
        progress.tally.made[task].add(number)
        return result


async def _ignore(_event: EventRecord) -> None:
    return


def _seconds(asset: Json) -> float:
    return float(str(asset["duration"]).rstrip("s"))


def _written(order: FilmOrder, board: Storyboard, takes: list[Taken]) -> Json:
    plan: Json = msgspec.to_builtins(board)
    for shot, take in zip(plan["shots"], takes, strict=True):
        shot |= {
            "picture": take.picture["id"],
            "voice": take.voice["id"],
            "clip": take.clip["id"],
            "seconds": take.seconds,
        }
    return {"prompt": order.prompt, "seed": order.seed, **plan}
