"""Weather in front of the camera: rain, snow, fog, lightning and the shadows of clouds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reelwright_video.film.picture import GREY, Picture, Plane, blend
from reelwright_video.providers.local.chance import scatter, soft_noise
from reelwright_video.providers.local.scene import Moment, Stage
from reelwright_video.providers.local.sprites import disc, ring, stamp

TILE = 1.6
"""Height of a rain tile in frames; a tile comes back shifted sideways, so the eye finds no loop."""


class Rain:
    """Three depths of slanted streaks, and splashes where the drops land."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._slant = (0.08 + 0.34 * stage.wind) * (1 if stage.seed % 2 else -1)
        size, heavy = stage.scale, 1.0 + 0.5 * stage.wind
        depths = ((420, 20, 46, 950), (190, 38, 66, 1500), (38, 74, 84, 2200))
        self._layers = tuple(
            (self._streaks(depth, int(count * heavy), length * size, light), speed * size)
            for depth, (count, length, light, speed) in enumerate(depths)
        )

    def _streaks(self, depth: int, count: int, length: float, light: float) -> Plane:
        width, height = self._stage.width, int(self._stage.height * TILE)
        area = self._stage.width * self._stage.height / (1280 * 720) / self._stage.scale**1.5
        each = np.arange(max(4, int(count * area * TILE)))
        seed, salt = self._stage.seed, 10 + depth * 4
        reach = length * (0.6 + 0.8 * scatter(seed, salt, each))
        step = np.arange(int(length * 1.4) + 1)[None, :]
        y = (scatter(seed, salt + 1, each) * height)[:, None] + step
        x = (scatter(seed, salt + 2, each) * width)[:, None] - self._slant * step
        along = np.clip(step / reach[:, None], 0, 1)
        shine = (
            light * (0.45 + 0.55 * scatter(seed, salt + 3, each))[:, None] * np.sin(np.pi * along) ** 0.8 * (along < 1)
        )
        tile = np.zeros((height, width), np.float32)
        for offset, share in _strokes(x, 1.0 + 0.9 * depth * self._stage.scale):
            spots = (np.floor(y).astype(int) % height, (np.floor(x).astype(int) + offset) % width)
            np.maximum.at(tile, spots, (shine * share).astype(np.float32))
        return np.tile(np.minimum(tile, 84).astype(np.uint8), (2, 2))

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Streaks lighten what is behind them; splashes are drawn near the lower edge."""
        veil = np.full(frame.y.shape, 0, np.uint8)
        for tile, speed in self._layers:
            fallen = moment.t * speed
            top = -int(fallen) % (tile.shape[0] // 2)
            left = int(fallen * self._slant) % frame.width
            veil += tile[top : top + frame.height, left : left + frame.width]
        frame.y[:] = blend(frame.y, np.full((1, 1), 205, np.uint8), veil.astype(np.uint16))
        self._splash(frame, moment.t)

    def _splash(self, frame: Picture, t: float) -> None:
        each = np.arange(int(46 * frame.width / frame.height))
        life = 0.28 + 0.14 * scatter(self._stage.seed, 30, each)
        age = t / life + scatter(self._stage.seed, 31, each)
        turn, age = np.floor(age), age % 1
        near = scatter(self._stage.seed, 33, each, turn) ** 0.7
        x = scatter(self._stage.seed, 32, each, turn) * frame.width
        y = frame.height * (0.8 + 0.2 * near)
        radius = (1 + 6.5 * age) * (0.5 + near) * self._stage.scale
        stamp(frame.y, x, y, 11 * self._stage.scale, ring(radius, 0.34), 0.34 * (1 - age) * near, 205)


def _strokes(x: npt.NDArray[np.float64], thickness: float) -> list[tuple[int, npt.NDArray[np.float64]]]:
    """How much of a stroke of `thickness` pixels around x falls on each neighbouring column."""
    part = x - np.floor(x)
    span = int(np.ceil(thickness / 2)) + 1
    return [
        (offset, np.clip(thickness / 2 + 0.5 - np.abs(offset - part), 0, 1) / max(1.0, thickness**0.5))
        for offset in range(-span + 1, span + 1)
    ]


class Snow:
    """Flakes in four depths, from far powder to near soft discs."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._drift = 160 * stage.wind * (1 if stage.seed % 2 else -1)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Each flake falls, sways, and comes back elsewhere."""
        depths = (
            (300, 1.0, 62, 0.55, 1.2),
            (150, 1.7, 100, 0.75, 1.4),
            (60, 2.9, 150, 0.8, 2.0),
            (12, 8.0, 250, 0.3, 7.0),
        )
        for depth, (count, radius, speed, light, soft) in enumerate(depths):
            self._layer(frame, moment.t, depth, count, radius, speed, light, soft)

    def _layer(
        self, frame: Picture, t: float, depth: int, count: int, radius: float, speed: float, light: float, soft: float
    ) -> None:
        seed, salt, size = self._stage.seed, 40 + depth * 6, self._stage.scale
        each = np.arange(int(count * (1 + self._stage.wind) * frame.width / frame.height / 1.78))
        reach = (radius + soft) * size + 1
        period = (frame.height + 2 * reach) / (speed * size * (0.75 + 0.5 * scatter(seed, salt, each)))
        fall = t / period + scatter(seed, salt + 1, each)
        turn, fall = np.floor(fall), fall % 1
        sway = np.sin(t * (0.6 + 0.9 * scatter(seed, salt + 2, each)) + each) * (5 + 4 * depth) * size
        home = scatter(seed, salt + 3, each, turn) * 1.6 - 0.3
        x = home * frame.width + (fall - 0.5) * period * self._drift * size + sway
        y = fall * (frame.height + 2 * reach) - reach
        grown = radius * size * (0.7 + 0.6 * scatter(seed, salt + 4, each))
        stamp(frame.y, x, y, reach * 1.3, disc(grown, max(1.0, soft * size)), light, 232)


class Fog:
    """Two banks of mist that pass each other, thicker below."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        height = np.linspace(0, 1, stage.height)[:, None]
        low = np.clip((height - 0.25) / 0.5, 0.12, 1) * np.clip((1.12 - height) / 0.25, 0.55, 1)
        self._banks = tuple(
            _twice((np.clip(self._noise(salt, grain) - 0.32, 0, 1) * 210 * low).astype(np.uint8))
            for salt, grain in ((1, 0.34), (2, 0.2))
        )

    def _noise(self, salt: int, grain: float) -> npt.NDArray[np.float32]:
        stage = self._stage
        return soft_noise(stage.seed + salt, stage.height, stage.width, grain * stage.height, 2.4, 1.25)

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Veils luma towards a pale grey and drains the colour behind."""
        speed = (26 + 46 * self._stage.wind) * self._stage.scale
        veil = _window(self._banks[0], moment.t * speed, frame.width) // np.uint8(2)
        veil = veil + _window(self._banks[1], -moment.t * speed * 0.6, frame.width) // np.uint8(2)
        pale = np.full((1, 1), min(215, 120 + int(self._stage.brightness * 0.55)), np.uint8)
        frame.y[:] = blend(frame.y, pale, veil.astype(np.uint16))
        small = veil[::2, ::2].astype(np.uint16)
        for plane in (frame.u, frame.v):
            plane[:] = blend(plane, np.full((1, 1), GREY, np.uint8), small)


class Lightning:
    """Rare soft flashes from somewhere above."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._across = np.linspace(0, 1, stage.width, dtype=np.float32)[None, :]
        self._down = np.linspace(0, stage.height / stage.width, stage.height, dtype=np.float32)[:, None]

    def draw(self, frame: Picture, moment: Moment) -> None:
        """A double pulse about every four seconds, the first one early."""
        spell = 3.8
        turn = int(moment.t / spell)
        start = 0.35 + float(scatter(self._stage.seed, 70, turn)) * (0.6 if turn == 0 else spell - 1.4)
        since = moment.t - turn * spell - start
        power = sum(size * np.exp(-(since - at) / 0.11) for at, size in ((0.0, 0.5), (0.21, 1.0)) if since >= at)
        if power < 0.02:
            return
        middle = 0.15 + 0.7 * float(scatter(self._stage.seed, 71, turn))
        distance = np.sqrt((self._across - middle) ** 2 + (self._down - 0.05) ** 2)
        light = (0.16 + 0.36 * np.exp(-((distance / 0.42) ** 2))) * min(1.0, float(power)) * 256
        frame.y[:] = blend(frame.y, np.full((1, 1), 226, np.uint8), light.astype(np.uint16))


class CloudShadow:
    """Wide soft shadows that travel over the land."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        noise = soft_noise(stage.seed + 5, stage.height, stage.width, 0.42 * stage.height, 2.2, 1.4)
        land = np.clip((np.linspace(0, 1, stage.height)[:, None] - 0.4) / 0.35, 0.03, 1)
        self._shade = _twice((np.clip(noise - 0.3, 0, 0.6) * 130 * land).astype(np.uint8))

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Darkens by up to a third."""
        speed = (38 + 60 * self._stage.wind) * self._stage.scale
        shade = _window(self._shade, moment.t * speed, frame.width)
        frame.y[:] = blend(frame.y, np.full((1, 1), 16, np.uint8), shade.astype(np.uint16))


def _twice(tile: Plane) -> Plane:
    return np.tile(tile, (1, 2))


def _window(doubled: Plane, offset: float, width: int) -> Plane:
    left = int(offset) % (doubled.shape[1] // 2)
    return doubled[:, left : left + width]
