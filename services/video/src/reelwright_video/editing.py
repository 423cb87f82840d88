"""The second use-case of this service: edit clips, voices, music and a title into one film, as a durable job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetRecord, Provenance
from reelwright_kit.assets.rendering import asset_json
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.work import Work
from reelwright_video.errors import ClipUnreadable
from reelwright_video.film import Clip, Composed, Film, Line, TitleCard, UnreadableMedia, compose
from reelwright_video.framing import DEFAULT_FPS, frame_size

KIND = "film_edit"
QUEUE = "video.edit"
EDITOR = "local/editor"
END_FADE_S = 1.2


@dataclass(frozen=True)
class CutClip:
    """One clip of the edit; files are asset ids."""

    video: str
    duration_s: float | None = None
    voice: str = ""
    narration: str = ""
    words: tuple[tuple[str, float, float], ...] = ()
    """Each word with the seconds at which it starts and ends in the voice."""
    transition: str = "crossfade"
    transition_s: float = 0.6


@dataclass(frozen=True)
class Title:
    """The card before the first clip."""

    title: str
    subtitle: str = ""
    duration_s: float = 3.0
    picture: str = ""


@dataclass(frozen=True)
class Cut:
    """The edit decision list."""

    clips: tuple[CutClip, ...]
    title: Title | None = None
    music: str = ""
    music_gain_db: float = -9.0
    aspect_ratio: str = "16:9"
    resolution: int = 0
    fps: int = 0
    language: str = "en"
    loudness_lufs: float = -16.0
    film_title: str = ""


class Editing:
    """Takes edit decision lists and makes films of them."""

    def __init__(self, desk: JobDesk, library: Library) -> None:
        self._desk = desk
        self._library = library

    async def accept(self, cut: Cut, admission: Admission) -> JobRecord:
        """Admits the job. The editor is our own and always free."""
        return await self._desk.accept(KIND, QUEUE, cut, admission, model=EDITOR, estimated_micros=0)

    async def run(self, work: Work) -> Json:
        """Edits the film of the job."""
        cut = msgspec.convert(work.job.request, Cut)
        return {"video": await work.step("edit", lambda: self._edit(work, cut))}

    async def _edit(self, work: Work, cut: Cut) -> Json:
        await work.progress(1, "editing")
        await work.intend("film", "local", EDITOR)
        with self._library.scratch() as directory:
            film = await self._assembled(work.job.tenant, cut, directory)
            out, poster = directory / "film.mp4", directory / "poster.jpg"
            with work.reporting(3, 96, "editing") as progress:
                composed = await work.in_thread(_compose, film, out, poster, progress)
            kept, seconds = await self._keep(work, cut, composed, out, poster)
        await work.settle("film", units={"seconds": seconds})
        return kept

    async def _keep(self, work: Work, cut: Cut, composed: Composed, out: Path, poster: Path) -> tuple[Json, float]:
        parents = tuple(asset for clip in cut.clips for asset in (clip.video, clip.voice) if asset)
        made_by = Provenance(cut.film_title, EDITOR, "local", parents=(*parents, cut.music) if cut.music else parents)

        async def keep(slot: str, path: Path, media_type: str) -> AssetRecord:
            return await self._library.keep_made(
                work.job.tenant,
                path,
                media_type=media_type,
                filename=path.name,
                title=cut.film_title,
                slot=slot,
                provenance=replace(made_by, job=work.job.id),
            )

        kept = {"poster": asset_json(await keep("poster", poster, "image/jpeg"))}
        if composed.srt:
            subtitles = out.with_suffix(".srt")
            subtitles.write_text(composed.srt, encoding="utf-8")
            kept["subtitles"] = asset_json(await keep("subtitles", subtitles, "application/x-subrip"))
        film = await keep("film", out, "video/mp4")
        kept["video"] = asset_json(film)
        return kept, film.duration_s or 0.0

    async def _assembled(self, tenant: str, cut: Cut, directory: Path) -> Film:
        async def fetch(asset: str) -> Path | None:
            return await self._library.fetch(tenant, asset, directory) if asset else None

        width, height = frame_size(cut.aspect_ratio, cut.resolution)
        clips = [await self._clip(clip, directory, tenant) for clip in cut.clips]
        title = None
        if cut.title:
            picture = await fetch(cut.title.picture)
            title = TitleCard(cut.title.title, cut.title.subtitle, cut.title.duration_s, picture)
        return Film(
            width=width,
            height=height,
            fps=cut.fps or DEFAULT_FPS,
            title=title,
            clips=tuple(clips),
            music=await fetch(cut.music),
            music_gain_db=cut.music_gain_db,
            end_fade_s=END_FADE_S,
            language=cut.language,
            loudness_lufs=cut.loudness_lufs,
            metadata={"title": cut.film_title} if cut.film_title else {},
        )

    async def _clip(self, clip: CutClip, directory: Path, tenant: str) -> Clip:
        video = await self._library.fetch(tenant, clip.video, directory)
        line = None
        if clip.voice:
            voice = await self._library.fetch(tenant, clip.voice, directory)
            line = Line(clip.narration, voice, clip.words)
        return Clip(video, clip.duration_s, line, clip.transition, clip.transition_s)


def _compose(
    should_stop: Callable[[], bool], film: Film, out: Path, poster: Path, progress: Callable[[float], None]
) -> Composed:
    try:
        return compose(film, out, poster, progress=progress, should_stop=should_stop)
    except UnreadableMedia as error:
        raise ClipUnreadable(str(error)) from error
