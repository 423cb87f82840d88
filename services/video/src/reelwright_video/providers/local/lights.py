"""Light that was already in the picture, made to live: stars, flames and water."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from reelwright_video.film.picture import Picture, Plane, blend
from reelwright_video.providers.local.chance import pulse, scatter, soft_noise
from reelwright_video.providers.local.scene import Moment, Stage
from reelwright_video.providers.local.sprites import glow, stamp

Numbers = npt.NDArray[np.float64]

CELL = 8
"""Source pixels per side of a water mask cell."""


class Stars:
    """Brightens points of the sky that are bright already, each in its own rhythm."""

    def __init__(self, stage: Stage, source: Picture) -> None:
        self._stage = stage
        self._x, self._y = star_points(source.y)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Nothing where the picture has no stars."""
        if not len(self._x):
            return
        each = np.arange(len(self._x))
        x, y = moment.lens.project(moment.view, self._x, self._y)
        beat = np.sin(
            moment.t * (1.1 + 2.6 * scatter(self._stage.seed, 80, each)) + 6.3 * scatter(self._stage.seed, 81, each)
        )
        light = np.clip(beat, 0, 1) ** 2
        size = self._stage.scale * (1.3 + 1.6 * scatter(self._stage.seed, 82, each) ** 2)
        stamp(frame.y, x, y, 9 * self._stage.scale + 1, glow(size * (0.7 + 0.5 * light)), light, 235)


def star_points(luma: Plane, limit: int = 160) -> tuple[Numbers, Numbers]:
    """The brightest lone points of the upper part of a picture, as x and y in pixels."""
    sky = Image.fromarray(np.ascontiguousarray(luma[: int(luma.shape[0] * 0.6)]))
    around = np.asarray(sky.filter(ImageFilter.BoxBlur(6)), np.int16)
    level = np.asarray(sky, np.int16)
    peak = _highest_around(np.asarray(sky), 3)
    rows, columns = np.nonzero((level == peak) & (level - around > 22) & (around < 110))
    best = np.argsort((around - level)[rows, columns], kind="stable")[:limit]
    return columns[best].astype(np.float64), rows[best].astype(np.float64)


def _highest_around(level: Plane, reach: int) -> Plane:
    """The highest value within `reach` pixels of each pixel, in a square."""
    for axis in (0, 1):
        padded = np.pad(level, [(reach, reach) if axis == side else (0, 0) for side in (0, 1)])
        length = level.shape[axis]
        level = np.max([np.take(padded, range(step, step + length), axis) for step in range(2 * reach + 1)], axis=0)
    return level


class Flicker:
    """Warm lamps and flames breathe, each with a halo of its own."""

    def __init__(self, stage: Stage, source: Picture) -> None:
        self._stage = stage
        self._x, self._y = warm_points(source)
        radius = max(8, int(0.15 * min(stage.width, stage.height)))
        away = np.arange(-radius, radius) / radius
        fall = np.clip(1 - np.sqrt(away[:, None] ** 2 + away[None, :] ** 2), 0, 1) ** 2
        self._halo = (fall * 256).astype(np.uint16)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Halos swell and shrink around every warm light, or in the middle if there is none to see."""
        x, y = moment.lens.project(moment.view, self._x, self._y)
        for number, (column, row) in enumerate(zip(x, y, strict=True)):
            power = 0.2 + 0.16 * pulse(self._stage.seed, 90 + number, moment.t)
            halo = (self._halo * max(0.0, power)).astype(np.uint16)
            _light(frame.y, halo, column, row, 232)
            _light(frame.u, halo[::2, ::2], column / 2, row / 2, 98)
            _light(frame.v, halo[::2, ::2], column / 2, row / 2, 156)


def warm_points(source: Picture, limit: int = 8) -> tuple[Numbers, Numbers]:
    """Centres of the brightest warm areas of a picture; its middle when there are none."""
    small = (max(8, source.width // 16), max(8, source.height // 16))
    planes = [
        Image.fromarray(np.ascontiguousarray(p)).resize(small, Image.Resampling.BOX)
        for p in (source.y, source.u, source.v)
    ]
    luma, blue, red = (np.asarray(plane, np.int16) for plane in planes)
    warmth = np.clip(luma - 105, 0, 255) * np.clip(red - blue - 14, 0, 80)
    image = Image.fromarray(np.clip(warmth // 24, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    level = np.asarray(image, np.int16)
    peak = _highest_around(np.asarray(image), 4)
    rows, columns = np.nonzero((level == peak) & (level > 25))
    best = np.argsort(-level[rows, columns], kind="stable")[:limit]
    if not len(best):
        return np.array([source.width / 2]), np.array([source.height * 0.62])
    column, row = columns[best].astype(np.float64) + 0.5, rows[best].astype(np.float64) + 0.5
    return column * source.width / small[0], row * source.height / small[1]


def _light(plane: Plane, halo: npt.NDArray[np.uint16], x: float, y: float, level: int) -> None:
    side = halo.shape[0]
    left, top = int(x) - side // 2, int(y) - side // 2
    rows, columns = slice(max(0, top), max(0, top + side)), slice(max(0, left), max(0, left + side))
    area = plane[rows, columns]
    if area.size:
        piece = halo[rows.start - top :, columns.start - left :][: area.shape[0], : area.shape[1]]
        area[:] = blend(area, np.full((1, 1), level, np.uint8), piece)


class Water:
    """Swell that runs towards the camera, and glints of light on it, only where the picture has water."""

    def __init__(self, stage: Stage, source: Picture) -> None:
        self._stage = stage
        mask = water_mask(source)
        self._mask = Image.fromarray((mask * 255).astype(np.uint8))
        share = np.interp(np.linspace(0, mask.shape[0] - 1, stage.height), np.arange(mask.shape[0]), mask.mean(axis=1))
        self._near = np.clip((np.linspace(0, 1, stage.height) - 0.5) / 0.5, 0, 1)
        self._ripple = self._near**1.3 * 2.4 * stage.scale * np.clip(share * 1.4, 0.15, 1)
        self._glints = tuple(np.tile(self._dashes(salt), (1, 2)) for salt in (11, 13))

    def _dashes(self, salt: int) -> Plane:
        """Noise for the lower half whose features are flat and small far away, larger near."""
        stage = self._stage
        shape = (stage.height // 2, stage.width)
        far = soft_noise(stage.seed + salt, *shape, 0.005 * stage.height, 7.0, 1.15)
        near = soft_noise(stage.seed + salt + 1, *shape, 0.014 * stage.height, 5.0, 1.15)
        share = np.clip((self._near[-shape[0] :, None] - 0.15) / 0.45, 0, 1)
        return np.asarray((far + (near - far) * share) * 127, np.uint8)

    def ripple(self, t: float) -> Numbers:
        """Sideways shift of each frame row in frame pixels."""
        far = 0.55 / (self._near + 0.12)
        swell = np.sin(6.28 * (far * 2.1 + t * 0.55)) + 0.6 * np.sin(6.28 * (far * 4.7 + t * 0.83) + 1.3)
        return np.asarray(swell * self._ripple)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Two fields of short dashes pass each other; where both are bright the water glints."""
        lower = frame.y[frame.height - frame.height // 2 :]
        t, size = moment.t, self._stage.scale
        first, second = self._glints
        meet = _slide(first, t * 26 * size, frame.width) + _slide(second, -t * 19 * size, frame.width)
        glint = np.maximum(meet, np.uint8(152)) - np.uint8(152)
        light = np.multiply(np.minimum(lower, np.uint8(160)), glint, dtype=np.uint16) >> np.uint16(7)
        light = np.minimum((light * self._where(frame, moment)) >> np.uint16(8), 56).astype(np.uint8)
        lower[:] = np.minimum(lower, np.uint8(235) - light) + light

    def _where(self, frame: Picture, moment: Moment) -> npt.NDArray[np.uint16]:
        """How strongly each pixel of the lower half may glint, in 1/256."""
        rows, view = moment.view.rows[-(frame.height // 2) :], moment.view
        box = (view.left / CELL, max(0.0, rows[0] / CELL), (view.left + view.width) / CELL, rows[-1] / CELL)
        box = (*box[:2], min(box[2], float(self._mask.width)), min(box[3], float(self._mask.height)))
        small = self._mask.resize((-(-frame.width // 4), -(-len(rows) // 4)), Image.Resampling.BILINEAR, box=box)
        near = (0.35 + 0.65 * self._near[-len(rows) :: 4, None]) * 1.5
        cells = (np.asarray(small) * near).astype(np.uint16)
        return cells.repeat(4, axis=0).repeat(4, axis=1)[: len(rows), : frame.width]


def water_mask(source: Picture) -> npt.NDArray[np.float32]:
    """Where a picture seems to have water, 0..1, one cell per 8 x 8 pixels: what is bluish in its lower half.

    Without enough blue (a sunset), whatever looks like most of its row.
    """
    size = (max(4, source.width // CELL), max(4, source.height // CELL))
    planes = [
        Image.fromarray(np.ascontiguousarray(p)).resize(size, Image.Resampling.BOX)
        for p in (source.y, source.u, source.v)
    ]
    luma, blue, red = (np.asarray(plane, np.float32) for plane in planes)
    lower = (np.arange(size[1]) >= _horizon(luma, blue, red))[:, None].astype(np.float32)
    mask = np.clip((blue - red - 9) / 9, 0, 1) * lower
    if mask.mean() < 0.08:
        unlike = sum(
            np.abs(p - np.median(p, axis=1, keepdims=True)) / s for p, s in ((luma, 16.0), (blue, 6.0), (red, 6.0))
        )
        mask = np.clip(1.5 - unlike, 0, 1) * lower
    return mask.astype(np.float32)


def _horizon(*planes: npt.NDArray[np.float32]) -> int:
    """The row in the middle of a picture where most columns change at once; the middle when none does."""
    rows = planes[0].shape[0]
    # The median of signed steps ignores texture, which steps up as often as down.
    change = sum(np.abs(np.median(plane[2:] - plane[:-2], axis=1)) for plane in planes)
    first, last = int(rows * 0.38), int(rows * 0.8)
    window = np.asarray(change)[first:last]
    return first + int(window.argmax()) + 2 if len(window) and window.max() > 6 else rows // 2


def _slide(doubled: Plane, offset: float, width: int) -> Plane:
    left = int(offset) % (doubled.shape[1] // 2)
    return doubled[:, left : left + width]
