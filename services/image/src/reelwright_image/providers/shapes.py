"""Sizes and aspect ratios: what a provider offers that is nearest to what was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reelwright_image.providers.interface import Picture


def nearest_ratio(picture: Picture, ratios: Sequence[str]) -> str:
    """The offered aspect ratio nearest to the picture's, written `16:9`."""
    return min(ratios, key=lambda ratio: _distance(picture, *map(int, ratio.split(":"))))


def nearest_size(picture: Picture, sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The offered size, in pixels, whose aspect ratio is nearest to the picture's."""
    return min(sizes, key=lambda size: _distance(picture, *size))


def _distance(picture: Picture, width: int, height: int) -> float:
    return abs(math.log(picture.width / picture.height) - math.log(width / height))
