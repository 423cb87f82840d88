"""The local picture engine: storybook illustrations drawn with numpy and Pillow, no model."""

from __future__ import annotations

from .brief import Brief, Character, Thing, read_brief
from .look import Look, look_of
from .painting import Stopped, draw

__all__ = ["Brief", "Character", "Look", "Stopped", "Thing", "draw", "look_of", "read_brief"]
