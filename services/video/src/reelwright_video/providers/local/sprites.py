"""Small soft shapes laid on a frame, many at a time, at fractional positions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reelwright_video.film.picture import Picture, Plane

Numbers = npt.NDArray[np.float64]
Grid = npt.NDArray[np.float32]
Shape = Callable[[Grid, Grid], Grid]


@dataclass(frozen=True)
class Colour:
    """A colour in video levels."""

    y: float
    u: float
    v: float

    @classmethod
    def rgb(cls, red: int, green: int, blue: int) -> Colour:
        """From 8-bit RGB, by BT.709."""
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return cls(
            16 + luma * 219 / 255, 128 + (blue - luma) / 1.8556 * 224 / 255, 128 + (red - luma) / 1.5748 * 224 / 255
        )


def glow(radius: npt.ArrayLike) -> Shape:
    """A soft round light whose brightness falls to a third at `radius` pixels."""
    size = _column(radius)
    return lambda dx, dy: np.exp(-(dx * dx + dy * dy) / (size * size)).astype(np.float32)


def disc(radius: npt.ArrayLike, softness: float) -> Shape:
    """A round spot with an edge `softness` pixels wide."""
    size = _column(radius)
    return lambda dx, dy: np.clip((size - np.sqrt(dx * dx + dy * dy)) / softness + 0.5, 0, 1)


def ring(radius: npt.ArrayLike, flatness: float) -> Shape:
    """An ellipse outline, `flatness` times as high as wide."""
    size = _column(radius)

    def shape(dx: Grid, dy: Grid) -> Grid:
        distance = np.sqrt(dx * dx + (dy / flatness) ** 2)
        return np.clip(1.1 - np.abs(distance - size) * 0.9, 0, 1)

    return shape


def twinkle(radius: npt.ArrayLike) -> Shape:
    """A four-pointed glint with arms of about `radius` pixels."""
    size = _column(radius)

    def shape(dx: Grid, dy: Grid) -> Grid:
        x, y = np.abs(dx) / size, np.abs(dy) / size
        arms = np.exp(-(x * 2.2) - (y * 9) ** 2) + np.exp(-(y * 2.2) - (x * 9) ** 2)
        return np.clip(arms * 0.8 + np.exp(-(x * x + y * y) * 22), 0, 1).astype(np.float32)

    return shape


def leaf(length: npt.ArrayLike, breadth: npt.ArrayLike, angle: npt.ArrayLike, roundness: float) -> Shape:
    """A turned petal, leaf or paper: 2 is an ellipse, more is a rectangle, less is pointed."""
    long, broad, turn = _column(length), _column(breadth), _column(angle)

    def shape(dx: Grid, dy: Grid) -> Grid:
        along = np.abs(dx * np.cos(turn) + dy * np.sin(turn)) / long
        across = np.abs(dy * np.cos(turn) - dx * np.sin(turn)) / broad
        inside = 1 - (along**roundness + across**roundness)
        return np.asarray(np.clip(inside * np.minimum(long, broad) * 0.8 + 0.25, 0, 1), np.float32)

    return shape


def stamp(
    plane: Plane,
    x: Numbers,
    y: Numbers,
    reach: float,
    shape: Shape,
    strength: npt.ArrayLike,
    level: float,
) -> None:
    """Blends shapes at (x, y) into a plane towards `level`, each with its `strength` (0..1).

    `reach` is the largest distance in pixels at which a shape still shows. Where shapes overlap, the stronger counts.
    """
    height, width = plane.shape
    side = np.arange(-math.ceil(reach), math.ceil(reach) + 1)
    column = np.floor(x).astype(np.int64)[:, None, None] + side[None, None, :]
    row = np.floor(y).astype(np.int64)[:, None, None] + side[None, :, None]
    dx = (column - x[:, None, None]).astype(np.float32)
    dy = (row - y[:, None, None]).astype(np.float32)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    alpha = shape(dx, dy) * _column(strength)
    where = np.nonzero(inside & (alpha > 0.004))
    spots = (row[where[0], where[1], 0], column[where[0], 0, where[2]])
    cover = np.zeros(plane.shape, np.float32)
    np.maximum.at(cover, spots, alpha[where])
    under = plane[spots].astype(np.float32)
    plane[spots] = np.rint(under + (level - under) * cover[spots]).astype(np.uint8)


def paint(
    frame: Picture, x: Numbers, y: Numbers, reach: float, shape: Shape, strength: npt.ArrayLike, colour: Colour
) -> None:
    """`stamp` on luma and colour; the shape is the same in luma pixels everywhere."""
    stamp(frame.y, x, y, reach, shape, strength, colour.y)

    def halved(dx: Grid, dy: Grid) -> Grid:
        return shape(dx * 2, dy * 2)

    for plane, level in ((frame.u, colour.u), (frame.v, colour.v)):
        stamp(plane, x / 2 - 0.25, y / 2 - 0.25, reach / 2, halved, strength, level)


def _column(values: npt.ArrayLike) -> Grid:
    array = np.asarray(values, np.float32)
    return array[:, None, None] if array.ndim else array.reshape(1, 1, 1)
