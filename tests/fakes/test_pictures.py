"""Pictures: the same words same picture, another index or seed another."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from reelwright_fakes.pictures import Picture, render

SMALL = Picture("A lighthouse keeper befriends a storm", 160, 96)


def test_equal_pictures_are_equal_bytes() -> None:
    first = render(SMALL)
    render.cache_clear()

    assert render(SMALL) == first


@pytest.mark.parametrize("changed", [{"words": "an acorn"}, {"index": 1}, {"seed": 1}])
def test_other_words_index_or_seed_give_another_picture(changed: dict[str, object]) -> None:
    assert render(replace(SMALL, **changed)) != render(SMALL)  # type: ignore[arg-type]


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
def test_every_format_is_what_it_says(format_: str) -> None:
    image = Image.open(io.BytesIO(render(replace(SMALL, format=format_))))

    assert (image.format, image.size) == (format_.upper(), (160, 96))


def test_a_gif_moves() -> None:
    image = Image.open(io.BytesIO(render(replace(SMALL, format="gif", frames=3))))

    assert getattr(image, "n_frames", 1) == 3


def test_lower_quality_is_smaller() -> None:
    low, high = (len(render(replace(SMALL, format="jpeg", quality=quality))) for quality in (10, 95))

    assert low < high
