"""The camera: where it looks at every moment of a clip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reelwright_video.providers.local.prompt import Direction


@dataclass(frozen=True)
class Pose:
    """What the camera sees at one moment; lengths are shares of the frame's own side."""

    zoom: float
    """1 shows the whole usable picture, 1.2 a fifth less."""
    x: float
    """Where the view's centre is, away from the picture's centre: positive is right."""
    y: float
    """The same downwards."""
    slide: float
    """How far near rows are shifted sideways beyond the far ones: positive when the camera went right."""
    depth_zoom: float
    """How much more near rows are enlarged than far ones."""


@dataclass(frozen=True)
class Camera:
    """One camera move over a clip of `duration_s`."""

    direction: Direction
    duration_s: float
    seed: int

    def at(self, t: float) -> Pose:
        """The pose at `t` seconds."""
        moves = self.direction.moves
        ease = eased(t / self.duration_s)
        reach = self.direction.pace * min(1.0, 0.45 + self.duration_s / 12)
        zoom, depth_zoom = _zoom(moves, ease, reach)
        x, slide = _sideways(moves, ease, reach)
        sway_x, sway_y = self._hand(t)
        y = _height(moves, ease, reach) + sway_y
        return Pose(zoom + 0.003 * math.sin(t * 0.9), x + sway_x, y, slide + sway_x * 0.35, depth_zoom)

    def _hand(self, t: float) -> tuple[float, float]:
        """The small wandering of a hand, a steady one unless the prompt says drift."""
        size = 0.011 if "drift" in self.direction.moves else 0.0 if "static" in self.direction.moves else 0.0025
        a, b, c, d = np.random.default_rng([self.seed, 7]).uniform(0, 2 * math.pi, 4)
        wander_x = math.sin(t * 0.71 + a) + 0.5 * math.sin(t * 1.63 + b)
        wander_y = math.sin(t * 0.57 + c) + 0.5 * math.sin(t * 1.37 + d)
        return size * wander_x, size * 0.7 * wander_y


def eased(share: float) -> float:
    """Starts and stops softly: half sine, half straight, so that the middle does not rush."""
    share = min(1.0, max(0.0, share))
    return 0.55 * share + 0.45 * (0.5 - 0.5 * math.cos(math.pi * share))


def _zoom(moves: frozenset[str], ease: float, reach: float) -> tuple[float, float]:
    far, near = 1.07, 1.07 + 0.2 * reach
    if "push" in moves:
        return far + (near - far) * ease, 0.05 * reach * ease
    if "pull" in moves:
        return near + (far - near) * ease, 0.05 * reach * (1 - ease)
    travelling = moves & {"left", "right", "up", "down", "rise"}
    return (1.16 if travelling else 1.1), 0.0


def _sideways(moves: frozenset[str], ease: float, reach: float) -> tuple[float, float]:
    path = ease * 2 - 1
    x = slide = 0.0
    if "right" in moves or "left" in moves:
        sign = 1 if "right" in moves else -1
        x, slide = sign * path * 0.075 * reach, sign * path * 0.013 * reach
    if "orbit" in moves:
        x, slide = x + path * 0.028 * reach, slide - path * 0.02 * reach
    if moves & {"push", "pull"} and not moves & {"left", "right", "orbit"}:
        slide += path * 0.005
    return x, slide


def _height(moves: frozenset[str], ease: float, reach: float) -> float:
    path = ease * 2 - 1
    if "up" in moves:
        return -path * 0.07 * reach
    if "down" in moves:
        return path * 0.07 * reach
    return -path * 0.06 * reach if "rise" in moves else 0.0
