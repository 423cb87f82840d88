"""Reading what a film is cut from: clips frame by frame, narration and music as samples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import av
import numpy as np
import numpy.typing as npt

from reelwright_video.film.picture import ITU_R_709, VIDEO_RANGE, Picture, blend

SAMPLE_RATE = 48_000

Sound = npt.NDArray[np.float32]
"""Stereo samples, (2, n), full scale is 1."""


class UnreadableMedia(Exception):
    """A file or upload that cannot be decoded; the message names it."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns every decoding failure inside the block into UnreadableMedia."""
    try:
        yield
    except (av.error.FFmpegError, OSError, IndexError, ValueError) as failure:
        raise UnreadableMedia(path.name) from failure


def footage_seconds(path: Path) -> float:
    """How long the pictures of a video file last, by its packets rather than by what its header claims."""
    with readable(path), av.open(str(path), "r") as container:
        stream = container.streams.video[0]
        ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None
        ]
        start = float((stream.start_time or 0) * (stream.time_base or 0))
        if not ends or max(ends) <= start:
            raise IndexError("no frames")
        return max(ends) - start


def load_sound(path: Path, limit_s: float = 3600.0) -> Sound:
    """The first `limit_s` seconds of an audio file as 48 kHz stereo."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    pieces: list[Sound] = []
    wanted = int(limit_s * SAMPLE_RATE)
    with readable(path), av.open(str(path), "r") as container:
        stream = container.streams.audio[0]
        for frame in container.decode(stream):
            pieces += [np.asarray(piece.to_ndarray(), np.float32) for piece in resampler.resample(frame)]
            wanted -= pieces[-1].shape[1] if pieces else 0
            if wanted <= 0:
                break
        pieces += [np.asarray(piece.to_ndarray(), np.float32) for piece in resampler.resample(None)]
        return np.concatenate(pieces, axis=1)[:, : int(limit_s * SAMPLE_RATE)]


class Footage:
    """A clip read forwards, one frame at a time, scaled to fill `width` x `height`."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._path, self._width, self._height = path, width, height
        with readable(path):
            self._container = av.open(str(path), "r")
            try:
                stream = self._container.streams.video[0]
                stream.thread_type = "AUTO"
                self._start = float((stream.start_time or 0) * (stream.time_base or 0))
                self._frames = self._container.decode(stream)
                self._now = self._first()
                self._next = self._read()
            except BaseException:
                self._container.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends reading."""
        self._container.close()

    def at(self, seconds: float, smooth: bool = False) -> Picture:
        """The picture at a time that never goes back; the last one stands after the end.

        With `smooth`, a time between two frames gives a blend of both, for slowed clips.
        """
        with readable(self._path):
            while self._next is not None and self._next.seconds <= seconds + 1e-4:
                self._now, self._next = self._next, self._read()
            return self._seen(seconds, smooth)

    def _seen(self, seconds: float, smooth: bool) -> Picture:
        now = self._now
        if not smooth or self._next is None or seconds <= now.seconds:
            return now.picture()
        share = (seconds - now.seconds) / (self._next.seconds - now.seconds)
        if share < 0.02:
            return now.picture()
        return Picture(blend(now.picture().flat, self._next.picture().flat, float(share)), self._width, self._height)

    def _first(self) -> _Still:
        first = self._read()
        if first is None:
            raise IndexError("no frames")
        return first

    def _read(self) -> _Still | None:
        frame = next(self._frames, None)
        if frame is None:
            return None
        return _Still(frame, float(frame.time or 0.0) - self._start, self._width, self._height)


class _Still:
    """A decoded frame that is scaled only when somebody looks at it."""

    def __init__(self, frame: av.VideoFrame, seconds: float, width: int, height: int) -> None:
        self.seconds = seconds
        self._frame, self._width, self._height = frame, width, height
        self._picture: Picture | None = None

    def picture(self) -> Picture:
        if self._picture is None:
            self._picture = cover(self._frame, self._width, self._height)
        return self._picture


def cover(frame: av.VideoFrame, width: int, height: int) -> Picture:
    """A frame of any size and format, scaled to fill `width` x `height` and cropped in the middle."""
    if (frame.width, frame.height, frame.format.name) == (width, height, "yuv420p"):
        return Picture.from_frame(frame)
    scale = max(width / frame.width, height / frame.height)
    wide, tall = (
        2 * max(side // 2, round(size * scale / 2)) for side, size in ((width, frame.width), (height, frame.height))
    )
    untagged = 5 if min(frame.width, frame.height) < 576 else ITU_R_709
    source = frame.colorspace if frame.colorspace not in (0, 2) else untagged
    scaled = frame.reformat(
        wide, tall, "yuv420p", source, ITU_R_709, interpolation="BICUBIC", dst_color_range=VIDEO_RANGE
    )
    whole = Picture.from_frame(scaled)
    left, top = (wide - width) // 4, (tall - height) // 4
    picture = Picture.blank(width, height)
    picture.y[:] = whole.y[2 * top : 2 * top + height, 2 * left : 2 * left + width]
    picture.u[:] = whole.u[top : top + height // 2, left : left + width // 2]
    picture.v[:] = whole.v[top : top + height // 2, left : left + width // 2]
    return picture
