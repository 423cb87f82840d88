"""Stills of a video, for models that look at pictures only."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL.Image import frombytes

from reelwright_kit.assets.probe import DEMUXERS, measure
from reelwright_kit.errors import MediaUnreadable

STILLS = 8
"""How many, each from the middle of an equal part of the video."""
LONGEST_SIDE = 768
"""Of a still, in pixels; smaller videos stay as they are."""
MAX_FRAME_PIXELS = 8192 * 4320
MAX_DECODED = 300
"""Frames that are decoded on the way to one still; where that does not reach, an earlier one is shown."""
QUALITY = 85

ShouldStop = Callable[[], bool]


class Stopped(Exception):
    """Nobody waits for the stills any more."""


@dataclass(frozen=True)
class Still:
    """One picture of a video."""

    seconds: float
    """From the beginning of the video."""
    jpeg: bytes


@dataclass(frozen=True)
class Strip:
    """The stills of a video, in order."""

    duration_s: float
    stills: tuple[Still, ...]


def strip_of(should_stop: ShouldStop, path: Path, field: str) -> Strip:
    """The stills of the file at `path`; raises MediaUnreadable naming `field`, or Stopped.

    A frame is shown once.
    """
    known = measure(path, field=field)
    if not known.media_type.startswith("video/"):
        raise MediaUnreadable(field, f"is {known.media_type}; video/* is needed")
    if known.width * known.height > MAX_FRAME_PIXELS:
        raise MediaUnreadable(field, f"has more than {MAX_FRAME_PIXELS} pixels: {known.width} x {known.height}")
    try:
        with av.open(str(path), options=DEMUXERS) as container:
            return _strip(should_stop, container)
    except (av.FFmpegError, OSError, IndexError, ValueError):
        raise MediaUnreadable(field, "is a video that cannot be decoded") from None


def _strip(should_stop: ShouldStop, container: InputContainer) -> Strip:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    # A stream may change its size on its way, and what is larger is refused before there is memory for it.
    stream.codec_context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}
    walk = _Walk(should_stop, container, stream)
    shown = dict[float, av.VideoFrame]()
    for number in range(STILLS):
        seconds, frame = walk.at((number + 0.5) * walk.duration_s / STILLS)
        shown.setdefault(seconds, frame)
    return Strip(walk.duration_s, tuple(Still(seconds, _jpeg(frame)) for seconds, frame in shown.items()))


class _Walk:
    """Goes forward through a video, past what nobody wants to see where its key frames allow it."""

    def __init__(self, should_stop: ShouldStop, container: InputContainer, stream: VideoStream) -> None:
        self._should_stop = should_stop
        self._container = container
        self._stream = stream
        self._begin, self.duration_s, self._keys = _measured(should_stop, container, stream)
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._now: tuple[float, av.VideoFrame] | None = None
        self._next: tuple[float, av.VideoFrame] | None = None

    def at(self, seconds: float) -> tuple[float, av.VideoFrame]:
        """What is to be seen at a time that never goes back, with the time at which it begins to be seen."""
        self._leap(seconds)
        for _ in range(MAX_DECODED):
            if self._next is None or (self._now and self._next[0] > seconds):
                break
            self._now, self._next = self._next, self._read()
        if self._now is None:
            raise IndexError("no frames")
        return self._now

    def _leap(self, seconds: float) -> None:
        """To the last key frame before that time, unless it lies behind."""
        place = bisect_right(self._keys, seconds) - 1
        if self._now and (place < 0 or self._keys[place] <= self._now[0]):
            return
        target = self._begin + (self._keys[place] if place >= 0 else 0)
        self._container.seek(round(target / float(self._stream.time_base or 1)), stream=self._stream)
        self._frames = self._container.decode(self._stream)
        self._next = self._read() or self._next

    def _read(self) -> tuple[float, av.VideoFrame] | None:
        if self._should_stop():
            raise Stopped
        frame = next(self._frames, None)
        return None if frame is None else (float(frame.time or 0) - self._begin, frame)


def _measured(
    should_stop: ShouldStop, container: InputContainer, stream: VideoStream
) -> tuple[float, float, list[float]]:
    """Where it begins, how long it is, and where its key frames are from there, in seconds; by what is in the file."""
    begin, end, keys = float("inf"), 0.0, list[float]()
    for packet in container.demux(stream):
        if should_stop():
            raise Stopped
        if packet.pts is None:
            continue
        base = float(packet.time_base)
        begin, end = min(begin, packet.pts * base), max(end, (packet.pts + (packet.duration or 0)) * base)
        if packet.is_keyframe:
            keys.append(packet.pts * base)
    if end <= begin:
        raise IndexError("no frames")
    return begin, end - begin, sorted(key - begin for key in keys)


def _jpeg(frame: av.VideoFrame) -> bytes:
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    plane = frame.reformat(width, height, "rgb24", interpolation="AREA").planes[0]
    picture = frombytes("RGB", (width, height), bytes(plane), "raw", "RGB", plane.line_size, 1)
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
