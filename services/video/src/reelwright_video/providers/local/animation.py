"""Makes a clip out of a still picture: a camera move, depth, and living weather."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from reelwright_video.film.media import UnreadableMedia
from reelwright_video.film.mp4 import Stopped, add_video, drawn_ahead, new_mp4
from reelwright_video.film.picture import Picture
from reelwright_video.providers.local.camera import Camera
from reelwright_video.providers.local.lens import Lens
from reelwright_video.providers.local.lights import Flicker, Stars, Water
from reelwright_video.providers.local.particles import (
    CONFETTI,
    LEAVES,
    PETALS,
    Dust,
    Embers,
    Falling,
    Fireflies,
    Sparkles,
)
from reelwright_video.providers.local.prompt import Direction, read
from reelwright_video.providers.local.scene import Living, Moment, Stage
from reelwright_video.providers.local.weather import CloudShadow, Fog, Lightning, Rain, Snow

PRESET = {"preset": "ultrafast", "crf": "20", "x264-params": "aq-mode=1:deblock=0,0"}
"""Searching for motion finds little in rain and camera moves, and would cost more than drawing them."""

MAKERS: dict[str, Callable[[Stage, Picture], Living]] = {
    "clouds": lambda stage, source: CloudShadow(stage),
    "water": Water,
    "stars": Stars,
    "flicker": Flicker,
    "embers": lambda stage, source: Embers(stage),
    "fireflies": lambda stage, source: Fireflies(stage),
    "dust": lambda stage, source: Dust(stage),
    "sparkles": lambda stage, source: Sparkles(stage),
    "fog": lambda stage, source: Fog(stage),
    "petals": lambda stage, source: Falling(stage, PETALS),
    "leaves": lambda stage, source: Falling(stage, LEAVES),
    "confetti": lambda stage, source: Falling(stage, CONFETTI),
    "snow": lambda stage, source: Snow(stage),
    "lightning": lambda stage, source: Lightning(stage),
    "rain": lambda stage, source: Rain(stage),
}
"""Overlays in the order they are drawn, from the far light to the near rain."""


def animate(
    picture: bytes,
    out: Path,
    *,
    prompt: str,
    width: int,
    height: int,
    duration_s: float,
    fps: int,
    seed: int,
    progress: Callable[[float], None] = lambda fraction: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Writes a silent H.264 MP4 of `width` x `height` pixels (both even) to `out`.

    `picture` is any still that Pillow reads; it fills the frame. `prompt` says how the camera moves and what lives in
    the picture ("slow push in; rain falls"). `duration_s` is 1..30, `fps` 12..60. The same arguments give the same
    frames.
    Raises UnreadableMedia for bytes that are no picture, Stopped when `should_stop` says so, ValueError for bad sizes.
    """
    _check(width, height, duration_s, fps)
    direction = read(prompt)
    lens = Lens(_opened(picture), width, height)
    stage = Stage(width, height, seed % 2**31, direction.wind, float(lens.source.y.mean()))
    living = _living(direction, stage, lens.source)
    camera = Camera(direction, duration_s, stage.seed)
    count = max(1, round(duration_s * fps))
    frames = (_draw(lens, camera, living, number / fps) for number in range(count))
    with new_mp4(out) as container, closing(drawn_ahead(frames)) as drawn:
        stream = add_video(container, width, height, fps, PRESET, gop=fps * 2)
        for number, frame in enumerate(drawn):
            if should_stop():
                raise Stopped
            container.mux(stream.encode(frame.to_frame(number, Fraction(1, fps))))
            progress((number + 1) / count)
        container.mux(stream.encode())


def _draw(lens: Lens, camera: Camera, living: tuple[Living, ...], t: float) -> Picture:
    ripples = [overlay.ripple(t) for overlay in living if isinstance(overlay, Water)]
    view = lens.view(camera.at(t), ripples[0] if ripples else 0.0)
    frame = lens.look(view)
    moment = Moment(t, lens, view)
    for overlay in living:
        overlay.draw(frame, moment)
    return frame


def _living(direction: Direction, stage: Stage, source: Picture) -> tuple[Living, ...]:
    return tuple(make(stage, source) for name, make in MAKERS.items() if name in direction.living)


def _opened(picture: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture))
        return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as failure:
        raise UnreadableMedia("picture") from failure


def _check(width: int, height: int, duration_s: float, fps: int) -> None:
    if min(width, height) < 32 or width % 2 or height % 2:
        raise ValueError("width and height must be even and at least 32")
    if not (math.isfinite(duration_s) and 1 <= duration_s <= 30):
        raise ValueError("duration_s must be 1 to 30")
    if not 12 <= fps <= 60:
        raise ValueError("fps must be 12 to 60")
