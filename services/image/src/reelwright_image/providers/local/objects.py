"""Things."""
from __future__ import annotations
from .scene import Scene
def draw_things(scene: Scene) -> None:
    pass
