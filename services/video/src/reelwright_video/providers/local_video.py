"""`local/video`: the animation engine as a provider; needs no key, no network and no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reelwright_kit.jobs.work import Work
from reelwright_video.errors import FirstFrameRequired
from reelwright_video.providers.interface import ModelCard, Shot
from reelwright_video.providers.local import animate


class LocalVideo:
    """Moves a camera over a picture and brings its weather and light to life."""

    card = ModelCard(
        id="local/video",
        provider="local",
        display_name="Camera moves over a still",
        aspect_ratios=("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"),
        resolutions=(360, 480, 720, 1080),
        min_duration_s=1.0,
        max_duration_s=30.0,
        needs_first_frame=True,
        last_frame=False,
        max_references=0,
        audio=False,
    )

    async def film(self, shot: Shot, out: Path, work: Work) -> None:
        if shot.first_frame is None:
            raise FirstFrameRequired(self.card.id)
        with work.reporting(2, 95, "animating") as progress:
            await work.in_thread(_animate, shot, shot.first_frame, out, progress)


def _animate(
    should_stop: Callable[[], bool], shot: Shot, first_frame: Path, out: Path, progress: Callable[[float], None]
) -> None:
    animate(
        first_frame.read_bytes(),
        out,
        prompt=shot.prompt,
        width=shot.width,
        height=shot.height,
        duration_s=shot.duration_s,
        fps=shot.fps,
        seed=shot.seed,
        progress=progress,
        should_stop=should_stop,
    )
