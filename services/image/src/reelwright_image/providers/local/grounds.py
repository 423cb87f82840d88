"""What open ground is made of: grass or snow by season, paths, the dark fringe in front."""

from __future__ import annotations

import math
import random

from .colours import mix, rgb
from .scene import Scene
from .shapes import Path, smooth
from .terrain import bank


def snowy(scene: Scene) -> bool:
    """Whether the ground lies under snow."""
    return scene.brief.weather == "snow" or scene.brief.season == "winter"


def grass(scene: Scene) -> tuple[float, float, float]:
    """The colour of open ground in the season."""
    if snowy(scene):
        return rgb("e6edf6")
    return {"autumn": rgb("b89a4a"), "spring": rgb("86b85a")}.get(scene.brief.season, rgb("6fa350"))


def path(scene: Scene, far: float, colour: tuple[float, float, float]) -> None:
    """A path winding from the bottom edge to height `far`."""
    width, u = scene.layout.width, scene.layout.unit
    plan = random.Random(scene.plan.random())
    sway = plan.choice((-1, 1)) * 0.1
    rows: list[tuple[float, float, float]] = []
    for k in range(9):
        t = k / 8
        x = width * (0.5 + sway * math.sin(t * 3.4) * (1 - 0.3 * t))
        rows.append((x, far * (1 - (1 - t) ** 1.8), u * (0.2 * (1 - t) ** 1.5 + 0.012)))
    left: Path = [(x - w, y) for x, y, w in rows]
    right: Path = [(x + w, y) for x, y, w in reversed(rows)]
    left[0], right[-1] = (left[0][0] - u * 0.04, -u * 0.04), (right[-1][0] + u * 0.04, -u * 0.04)
    scene.page.flat(smooth([*left, *right], 4), scene.veil(colour, 0.25), 0.8, u * 0.004, to=scene.veil(colour, 0.0))


def fringe(scene: Scene) -> None:
    """Dark grasses along the lower edge, a frame for outdoor pictures."""
    if scene.layout.framing in ("close", "medium", "aerial", "over"):
        return
    tone = mix(grass(scene), rgb("1f3a38"), 0.72) if not snowy(scene) else rgb("c4d2e6")
    bank(scene, tone, scene.layout.unit * 0.045)
