"""The pictures of the film, one after another: cards and clips joined by their transitions."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reelwright_video.film.edit import Film
from reelwright_video.film.media import Footage
from reelwright_video.film.picture import BLACK, GREY, Picture, blend
from reelwright_video.film.timeline import Shot, Timeline
from reelwright_video.film.title import Card


@dataclass
class _Reel:
    """Something on the screen from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    pace: float
    source: Card | Footage

    def at(self, seconds: float) -> Picture:
        local = max(0.0, seconds - self.start_s)
        if isinstance(self.source, Card):
            return self.source.at(local)
        return self.source.at(local * self.pace, smooth=self.pace < 1.0)


def screen(film: Film, timeline: Timeline) -> Generator[Picture, None, None]:
    """Every frame of the film at its frame rate; at most two clips are open at a time."""
    reels: list[_Reel] = []
    waiting = list(zip(film.clips, timeline.shots, strict=True))
    with ExitStack() as open_files:
        if film.title and timeline.title_s > 0:
            reels.append(_Reel(0.0, timeline.title_s, 1.0, Card(film.title, film.width, film.height)))
        for number in range(max(1, round(timeline.duration_s * film.fps))):
            now = number / film.fps
            while waiting and now >= waiting[0][1].start_s - 1e-6:
                clip, shot = waiting.pop(0)
                footage = open_files.enter_context(Footage(clip.video, film.width, film.height))
                reels.append(_Reel(shot.start_s, shot.end_s, shot.pace, footage))
            while len(reels) > 1 and reels[0].end_s <= now + 1e-6:
                gone = reels.pop(0).source
                if isinstance(gone, Footage):
                    gone.close()
            yield _faded(_joined(reels, timeline, now), timeline, now)


def _joined(reels: list[_Reel], timeline: Timeline, now: float) -> Picture:
    picture = reels[-1].at(now)
    shot = _coming(timeline, now)
    if len(reels) < 2 or shot is None:
        return picture
    share = min(1.0, max(0.0, (now - shot.start_s) / shot.overlap_s))
    before = reels[-2].at(now)
    if shot.transition == "wipe":
        return _wiped(before, picture, share)
    return Picture(blend(before.flat, picture.flat, _soft(share)), picture.width, picture.height)


def _coming(timeline: Timeline, now: float) -> Shot | None:
    """The shot that is being crossed into, if any."""
    for shot in timeline.shots:
        if shot.overlap_s > 0 and shot.start_s <= now + 1e-6 and now < shot.start_s + shot.overlap_s:
            return shot
    return None


def _faded(picture: Picture, timeline: Timeline, now: float) -> Picture:
    light = 1.0
    if timeline.end_fade_s > 0:
        light = min(light, max(0.0, (timeline.duration_s - now) / timeline.end_fade_s))
    if timeline.title_s > 0:
        light = min(light, (now + 0.02) / min(0.7, timeline.title_s / 4))
    for shot in timeline.shots:
        if shot.transition == "fade_black" and shot.transition_s > 0:
            light = min(light, abs(now - shot.start_s) / (shot.transition_s / 2))
    if light >= 1.0:
        return picture
    black = np.full(len(picture.flat), GREY, np.uint8)
    black[: picture.width * picture.height] = BLACK
    return Picture(blend(black, picture.flat, _soft(max(0.0, light))), picture.width, picture.height)


def _wiped(before: Picture, after: Picture, share: float) -> Picture:
    """A soft edge that travels from left to right."""
    frame = Picture.blank(after.width, after.height)
    for plane, old, new in ((frame.y, before.y, after.y), (frame.u, before.u, after.u), (frame.v, before.v, after.v)):
        plane[:] = blend(old, new, _edge(plane.shape[1], _soft(share)))
    return frame


def _edge(width: int, share: float) -> npt.NDArray[np.uint16]:
    softness = 0.12
    position = (np.arange(width) + 0.5) / width
    weight = np.clip((share * (1 + softness) - position) / softness, 0, 1)
    return np.rint(weight * 256).astype(np.uint16)


def _soft(share: float) -> float:
    return float(share * share * (3 - 2 * share))
