"""Film making: clips, narration and music composed into one MP4."""

from reelwright_video.film.composition import compose
from reelwright_video.film.edit import Clip, Composed, Film, Line, TitleCard
from reelwright_video.film.media import UnreadableMedia
from reelwright_video.film.mp4 import Stopped

__all__ = ["Clip", "Composed", "Film", "Line", "Stopped", "TitleCard", "UnreadableMedia", "compose"]
