"""Writing an MP4: one encoder set-up for clips and films, and no half-written file whatever happens."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from reelwright_video.film.picture import ITU_R_709, VIDEO_RANGE, Picture


class Stopped(Exception):
    """The caller asked to stop; nothing was left on disk."""


@contextmanager
def new_mp4(out: Path, metadata: dict[str, str] | None = None) -> Iterator[OutputContainer]:
    """An MP4 container that appears at `out` (index first, for streaming) only if the block succeeds."""
    partial = out.with_name(f"{out.name}.part")
    try:
        with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            container.metadata.update(metadata or {})
            yield container
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def add_video(
    container: OutputContainer, width: int, height: int, fps: int, preset: dict[str, str], gop: int
) -> VideoStream:
    """An H.264 stream (yuv420p, BT.709) with a keyframe at least every `gop` frames."""
    # A fixed thread count keeps the bitstream the same on every machine.
    stream = container.add_stream("libx264", rate=fps, options={"threads": "2", **preset})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.gop_size = gop
    context.time_base = Fraction(1, fps)
    context.colorspace = context.color_primaries = context.color_trc = ITU_R_709
    context.color_range = VIDEO_RANGE
    return stream


def drawn_ahead(pictures: Generator[Picture, None, None]) -> Generator[Picture, None, None]:
    """The same pictures, each next one drawn on another thread while the last one is encoded."""
    with closing(pictures), ThreadPoolExecutor(1, "drawing") as worker:
        coming = worker.submit(next, pictures, None)
        while (picture := coming.result()) is not None:
            coming = worker.submit(next, pictures, None)
            yield picture
