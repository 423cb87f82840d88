"""The lens: resamples a still picture for a camera pose, near rows moving more than far ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelwright_video.film.picture import Picture, Plane, blend
from reelwright_video.providers.local.camera import Pose

OVERSAMPLE = 1.14
"""Working pixels per frame pixel when the whole picture is in view; keeps a 1.2x push in sharp."""

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """The box of the working picture that a pose sees, in working luma pixels, and its bent rows."""

    left: float
    width: float
    rows: Rows
    """Source row of each frame row."""
    shifts: Rows
    """How far each frame row is shifted sideways, in frame pixels."""


class Lens:
    """Looks at one picture through a frame of `width` x `height` pixels."""

    def __init__(self, picture: Image.Image, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._working = _working_picture(picture, width, height)
        self._planes = tuple(
            Image.fromarray(np.ascontiguousarray(p)) for p in (self.source.y, self.source.u, self.source.v)
        )
        v = (np.arange(height) + 0.5) / height
        self._v = v
        self._depth = np.clip((v - 0.3) / 0.7, 0, 1) ** 1.5

    @property
    def source(self) -> Picture:
        """The whole picture at working resolution."""
        return self._working

    def view(self, pose: Pose, ripple: Rows | float = 0.0) -> View:
        """What `pose` sees; `ripple` adds a sideways shift per frame row, in frame pixels."""
        whole = min(self._working.width, self._working.height * self.width / self.height)
        width = whole / pose.zoom
        height = width * self.height / self.width
        shifts = pose.slide * self.width * (self._depth - 0.25) + ripple
        pad = (math.ceil(float(np.abs(shifts).max())) + 2) * width / self.width
        left = _held((self._working.width - width) / 2 + pose.x * width, pad, self._working.width - width - pad)
        top = _held((self._working.height - height) / 2 + pose.y * height, 0.0, self._working.height - height)
        near = 0.5 + (self._v - 0.5) * (1 - pose.depth_zoom * self._depth)
        return View(left, width, top + near * height - 0.5, shifts)

    def look(self, view: View) -> Picture:
        """The frame for a view."""
        frame = Picture.blank(self.width, self.height)
        frame.y[:] = _resample(self._planes[0], view, self.width)
        small = View(
            view.left / 2, view.width / 2, (view.rows[0::2] + view.rows[1::2]) / 4 - 0.25, view.shifts[::2] / 2
        )
        frame.u[:] = _resample(self._planes[1], small, self.width // 2)
        frame.v[:] = _resample(self._planes[2], small, self.width // 2)
        return frame

    def project(self, view: View, x: Rows, y: Rows) -> tuple[Rows, Rows]:
        """Where working-picture points (pixels) are in the frame (pixels)."""
        row = np.interp(y, view.rows, np.arange(self.height), left=-1e6, right=1e6)
        shift = np.interp(row, np.arange(self.height), view.shifts)
        return (x + 0.5 - view.left) * self.width / view.width - 0.5 - shift, row


def _working_picture(picture: Image.Image, width: int, height: int) -> Picture:
    scale = max(width * OVERSAMPLE / picture.width, height * OVERSAMPLE / picture.height)
    size = (_even(picture.width * scale), _even(picture.height * scale))
    return Picture.from_rgb(np.asarray(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)))


def _even(side: float) -> int:
    return 2 * math.ceil(side / 2)


def _held(value: float, low: float, high: float) -> float:
    return (low + high) / 2 if high < low else min(high, max(low, value))


def _resample(plane: Image.Image, view: View, width: int) -> Plane:
    """Columns by Pillow with a fractional box, rows and their shifts by blending neighbours."""
    margin = math.ceil(float(np.abs(view.shifts).max())) + 1
    pixel = view.width / width
    rows = np.clip(view.rows, 0, plane.height - 1.001)
    first = int(rows[0])
    last = min(plane.height, int(rows[-1]) + 2)
    left, right = view.left - margin * pixel, view.left + view.width + margin * pixel
    box = (max(0.0, left), first, min(float(plane.width), right), last)
    wide = np.asarray(plane.resize((width + 2 * margin, last - first), Image.Resampling.BILINEAR, box=box))
    base, share = _split(rows - first)
    tall = blend(wide[base], wide[base + 1], share)
    base, share = _split(view.shifts + margin)
    windows = np.lib.stride_tricks.sliding_window_view(tall, width, axis=1)
    line = np.arange(len(rows))
    return blend(windows[line, base], windows[line, base + 1], share)


def _split(positions: Rows) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint16]]:
    """Whole pixels, and the rest in 1/256 as a column."""
    base = np.floor(positions).astype(np.intp)
    return base, np.rint((positions - base) * 256).astype(np.uint16)[:, None]
