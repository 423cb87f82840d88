"""Small things in the air: fireflies, dust, sparkles, embers, confetti, petals and leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reelwright_video.film.picture import Picture
from reelwright_video.providers.local.chance import scatter
from reelwright_video.providers.local.scene import Moment, Stage
from reelwright_video.providers.local.sprites import Colour, glow, leaf, paint, stamp, twinkle

Numbers = npt.NDArray[np.float64]


class Fireflies:
    """Warm points that wander, glow and go out."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._each = np.arange(30)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """A small bright core in a wide halo."""
        seed, each, t = self._stage.seed, self._each, moment.t
        x = frame.width * (scatter(seed, 100, each) + _wander(seed, 102, each, t) * 0.05)
        y = frame.height * (0.35 + 0.6 * scatter(seed, 101, each) + _wander(seed, 106, each, t) * 0.05)
        breath = np.sin(t * (0.9 + 1.3 * scatter(seed, 110, each)) + 6.3 * scatter(seed, 111, each))
        light = np.clip(breath + 0.25, 0, 1) ** 1.5
        size = self._stage.scale * (0.6 + 0.8 * scatter(seed, 112, each))
        paint(frame, x, y, 34 * self._stage.scale, glow(13 * size), 0.4 * light, Colour.rgb(214, 220, 70))
        paint(frame, x, y, 7 * self._stage.scale, glow(2.6 * size), light, Colour.rgb(255, 250, 190))


class Dust:
    """Motes that hang in the light."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._each = np.arange(90)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Faint specks, a few of them large and out of focus."""
        seed, each, t = self._stage.seed, self._each, moment.t
        travel = t * (0.008 + 0.02 * self._stage.wind)
        x = ((scatter(seed, 120, each) + travel * (0.5 + scatter(seed, 127, each))) * 1.1 % 1.1 - 0.05) * frame.width
        rise = (scatter(seed, 121, each) - t * 0.011 * (0.4 + scatter(seed, 128, each))) % 1.1 - 0.05
        x = x + _wander(seed, 122, each, t) * 0.015 * frame.width
        y = (rise + _wander(seed, 129, each, t) * 0.012) * frame.height
        light = 0.5 * np.clip(0.6 + 0.5 * np.sin(t * 1.3 + each), 0.1, 1)
        near = each < 10
        size = np.where(near, 6.0, 1.1 + 0.8 * scatter(seed, 126, each)) * self._stage.scale
        stamp(frame.y, x[near], y[near], 15 * self._stage.scale, glow(size[near]), 0.28 * light[near], 225)
        stamp(frame.y, x[~near], y[~near], 5 * self._stage.scale + 1, glow(size[~near]), light[~near], 228)


class Sparkles:
    """Glints that open and close."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._each = np.arange(44)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Each glint lives for about a second, then another one opens elsewhere."""
        seed, each = self._stage.seed, self._each
        age = moment.t / (0.7 + 0.8 * scatter(seed, 130, each)) + scatter(seed, 131, each)
        turn, age = np.floor(age), age % 1
        x = frame.width * scatter(seed, 132, each, turn)
        y = frame.height * (scatter(seed, 133, each, turn) - 0.03 * age)
        light = np.sin(np.pi * age) ** 2
        size = self._stage.scale * (5 + 13 * scatter(seed, 134, each, turn) ** 3)
        paint(
            frame, x, y, 24 * self._stage.scale, twinkle(size * (0.5 + 0.5 * light)), light, Colour.rgb(255, 246, 214)
        )


class Embers:
    """Sparks that rise from a fire below."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._each = np.arange(56)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Rising, swaying, cooling from yellow to red."""
        seed, each, size = self._stage.seed, self._each, self._stage.scale
        age = moment.t / (2.2 + 2.4 * scatter(seed, 140, each)) + scatter(seed, 141, each)
        turn, age = np.floor(age), age % 1
        start = 0.5 + (scatter(seed, 142, each, turn) - 0.5) * 0.8
        x = frame.width * (start + 0.1 * self._stage.wind * age) + np.sin(age * 9 + each) * 16 * size * age
        y = frame.height * (1.02 - age * (0.45 + 0.6 * scatter(seed, 143, each)))
        light = np.clip((1 - age) * 1.3, 0, 1) * (0.75 + 0.25 * np.sin(moment.t * 13 + each))
        grown = size * (1.2 + 1.3 * scatter(seed, 144, each))
        paint(frame, x, y, 16 * size, glow(grown * 3.2), 0.3 * light, Colour.rgb(255, 96, 20))
        paint(frame, x, y, 7 * size, glow(grown), light, Colour.rgb(255, 196, 96))


@dataclass(frozen=True)
class Kind:
    """How a falling thing looks and falls."""

    count: int
    length: float
    breadth: float
    roundness: float
    speed: float
    """Frame heights per second, in the middle distance."""
    sway: float
    colours: tuple[Colour, ...]


PAPER = ((236, 72, 88), (250, 196, 60), (64, 172, 232), (96, 202, 120), (188, 104, 226), (250, 250, 246))
CONFETTI = Kind(96, 8.5, 5.0, 6.0, 0.24, 14, tuple(Colour.rgb(*rgb) for rgb in PAPER))

BLOSSOM = ((252, 205, 216), (248, 176, 196), (255, 232, 236))
PETALS = Kind(54, 11.0, 7.0, 1.8, 0.1, 36, tuple(Colour.rgb(*rgb) for rgb in BLOSSOM))

FOLIAGE = ((206, 106, 34), (178, 64, 30), (222, 162, 52), (140, 88, 40))
LEAVES = Kind(40, 16.0, 8.0, 1.35, 0.13, 44, tuple(Colour.rgb(*rgb) for rgb in FOLIAGE))


class Falling:
    """Paper, petals or leaves that tumble down in the wind."""

    def __init__(self, stage: Stage, kind: Kind) -> None:
        self._stage = stage
        self._kind = kind

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Far ones small and slow, near ones large and quick."""
        for number, colour in enumerate(self._kind.colours):
            self._flock(frame, moment.t, number, colour)

    def _flock(self, frame: Picture, t: float, number: int, colour: Colour) -> None:
        kind, seed, salt = self._kind, self._stage.seed, 160 + number * 10
        each = np.arange(max(3, kind.count // len(kind.colours)))
        near = 0.55 + scatter(seed, salt, each) ** 2
        size = near * self._stage.scale
        fall = t * kind.speed * near * (0.8 + 0.4 * scatter(seed, salt + 1, each)) / 1.1 + scatter(seed, salt + 2, each)
        turn, fall = np.floor(fall), fall % 1
        tumble = t * (1.2 + 2.6 * scatter(seed, salt + 3, each)) + 6.3 * scatter(seed, salt + 4, each)
        home = scatter(seed, salt + 5, each, turn) * 1.5 - 0.25
        x = frame.width * (home + (fall - 0.5) * 0.7 * self._stage.wind) + np.sin(tumble * 0.7) * kind.sway * size
        y = frame.height * (fall * 1.1 - 0.05) + np.cos(tumble * 1.4) * kind.sway * 0.2 * size
        flip = 0.25 + 0.75 * np.abs(np.cos(tumble * 1.3))
        shape = leaf(kind.length * size, kind.breadth * size * flip, tumble * 0.8 + each, kind.roundness)
        reach = kind.length * 1.6 * self._stage.scale + 2
        paint(frame, x, y, reach, shape, 0.92, colour)


def _wander(seed: int, salt: int, each: npt.NDArray[np.intp], t: float) -> Numbers:
    """A smooth path around home, -1.5..1.5."""
    phase, pace = scatter(seed, salt, each) * 6.3, 0.35 + 0.5 * scatter(seed, salt + 1, each)
    return np.asarray(np.sin(t * pace + phase) + 0.5 * np.sin(t * pace * 2.3 + phase * 1.7))
