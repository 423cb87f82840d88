"""The local engine: animates a still picture without any model, deterministic by its seed."""

from reelwright_video.film.mp4 import Stopped
from reelwright_video.providers.local.animation import animate

__all__ = ["Stopped", "animate"]
