"""Outlines as lists of points: curves, ellipses, limbs and other building blocks of every drawing."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence

Point = tuple[float, float]
Path = list[Point]


def points(notation: str) -> Path:
    """Points written as "x y, x y, ...": how outlines are noted in this package."""
    return [(x, y) for x, y in _read_points(notation)]


@functools.lru_cache(maxsize=1024)
def _read_points(notation: str) -> tuple[Point, ...]:
    pairs = (pair.split() for pair in notation.split(","))
    return tuple((float(x), float(y)) for x, y in pairs)


def smooth(points: Sequence[Point], steps: int = 8) -> Path:
    """A closed Catmull-Rom curve through `points`."""
    n = len(points)
    return [
        _spline(points[i - 1], points[i], points[(i + 1) % n], points[(i + 2) % n], s / steps)
        for i in range(n)
        for s in range(steps)
    ]


def curve(points: Sequence[Point], steps: int = 8) -> Path:
    """An open Catmull-Rom curve through `points`, ends included."""
    padded = [points[0], *points, points[-1]]
    path = [
        _spline(padded[i], padded[i + 1], padded[i + 2], padded[i + 3], s / steps)
        for i in range(len(points) - 1)
        for s in range(steps)
    ]
    return [*path, points[-1]]


def _spline(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    t2, t3 = t * t, t * t * t
    w0, w1 = -0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1
    w2, w3 = -1.5 * t3 + 2 * t2 + 0.5 * t, 0.5 * t3 - 0.5 * t2
    return (a[0] * w0 + b[0] * w1 + c[0] * w2 + d[0] * w3, a[1] * w0 + b[1] * w1 + c[1] * w2 + d[1] * w3)


def ellipse(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0.0, steps: int = 36) -> Path:
    """An ellipse around (x, y), turned by `turn` degrees."""
    ry = rx if ry is None else ry
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    angles = [2 * math.pi * i / steps for i in range(steps)]
    return [
        (x + rx * math.cos(a) * c - ry * math.sin(a) * s, y + rx * math.cos(a) * s + ry * math.sin(a) * c)
        for a in angles
    ]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, steps: int = 18) -> Path:
    """Points on an ellipse from `start` to `end` degrees (counter-clockwise, y up)."""
    return [
        (
            x + rx * math.cos(math.radians(start + (end - start) * i / steps)),
            y + ry * math.sin(math.radians(start + (end - start) * i / steps)),
        )
        for i in range(steps + 1)
    ]


def box(x0: float, y0: float, x1: float, y1: float) -> Path:
    """A rectangle."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def rounded(x0: float, y0: float, x1: float, y1: float, r: float) -> Path:
    """A rectangle with round corners of radius `r` (y up)."""
    r = min(r, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
    return [
        *arc(x1 - r, y1 - r, r, r, 0, 90, 6),
        *arc(x0 + r, y1 - r, r, r, 90, 180, 6),
        *arc(x0 + r, y0 + r, r, r, 180, 270, 6),
        *arc(x1 - r, y0 + r, r, r, 270, 360, 6),
    ]


def limb(a: Point, b: Point, ra: float, rb: float) -> Path:
    """A tapered capsule from circle (a, ra) to circle (b, rb)."""
    angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    return [
        *arc(a[0], a[1], ra, ra, angle + 90, angle + 270, 10),
        *arc(b[0], b[1], rb, rb, angle - 90, angle + 90, 10),
    ]


def ribbon(points: Sequence[Point], start: float, end: float, steps: int = 8, middle: float | None = None) -> Path:
    """A band along a curve, its half-width going from `start` (through `middle`) to `end`."""
    line = curve(points, steps)
    left: Path = []
    right: Path = []
    for i, (x, y) in enumerate(line):
        px, py = line[max(0, i - 1)]
        qx, qy = line[min(len(line) - 1, i + 1)]
        length = math.hypot(qx - px, qy - py) or 1.0
        t = i / (len(line) - 1)
        r = start + (end - start) * t
        if middle is not None:
            r += (middle - (start + end) / 2) * 4 * t * (1 - t)
        nx, ny = -(qy - py) / length * r, (qx - px) / length * r
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def star(x: float, y: float, outer: float, inner: float, arms: int = 5, turn: float = 90.0) -> Path:
    """A star with `arms` points."""
    return [
        (
            x + (outer if i % 2 == 0 else inner) * math.cos(math.radians(turn + 180 * i / arms)),
            y + (outer if i % 2 == 0 else inner) * math.sin(math.radians(turn + 180 * i / arms)),
        )
        for i in range(arms * 2)
    ]


def blob(x: float, y: float, rx: float, ry: float, rng: random.Random, wobble: float = 0.18, knots: int = 11) -> Path:
    """An irregular round outline."""
    points = []
    for i in range(knots):
        a = 2 * math.pi * i / knots
        k = 1 + rng.uniform(-wobble, wobble)
        points.append((x + rx * k * math.cos(a), y + ry * k * math.sin(a)))
    return smooth(points, 5)


def moved(path: Sequence[Point], dx: float, dy: float) -> Path:
    """`path` shifted."""
    return [(x + dx, y + dy) for x, y in path]


def mirrored(path: Sequence[Point], axis: float = 0.0) -> Path:
    """`path` mirrored at the vertical line x = axis."""
    return [(2 * axis - x, y) for x, y in path]


def turned(path: Sequence[Point], centre: Point, degrees: float) -> Path:
    """`path` rotated counter-clockwise (y up) around `centre`."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            centre[0] + (x - centre[0]) * c - (y - centre[1]) * s,
            centre[1] + (x - centre[0]) * s + (y - centre[1]) * c,
        )
        for x, y in path
    ]


def reach(start: Point, degrees: float, length: float) -> Point:
    """The point `length` away from `start`; 0 degrees hangs straight down, 90 points to +x, 180 straight up."""
    return (
        start[0] + math.sin(math.radians(degrees)) * length,
        start[1] - math.cos(math.radians(degrees)) * length,
    )
