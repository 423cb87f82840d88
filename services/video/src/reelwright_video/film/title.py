"""The title card: letterspaced capitals and a thin ornament over a quiet, slowly nearing picture."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from reelwright_video.film import lettering
from reelwright_video.film.edit import TitleCard
from reelwright_video.film.media import UnreadableMedia
from reelwright_video.film.picture import GREY, Picture, Plane, blend

INK = 226
NEARING = 0.05
"""How much the background grows over the card; the lettering grows a third of it."""


class Card:
    """A title card for one frame size, drawn once and looked at over time."""

    def __init__(self, card: TitleCard, width: int, height: int) -> None:
        self._width, self._height, self._seconds = width, height, max(0.1, card.duration_s)
        self._ink = _lettered(card, width, height)
        background = _background(card, width, height)
        shade = self._ink.filter(ImageFilter.GaussianBlur(min(width, height) / 18)).point(
            lambda level: min(130, level * 2)
        )
        background.paste((6, 7, 12), (0, 0), shade)
        whole = Picture.from_rgb(np.asarray(background))
        self._planes = tuple(Image.fromarray(np.ascontiguousarray(plane)) for plane in (whole.y, whole.u, whole.v))

    def at(self, seconds: float) -> Picture:
        """The card at a moment; the lettering comes a little after the picture."""
        share = min(1.0, seconds / self._seconds)
        frame = Picture.blank(self._width, self._height)
        for plane, source in zip((frame.y, frame.u, frame.v), self._planes, strict=True):
            plane[:] = _nearer(source, NEARING * share)
        appear = np.clip((seconds - 0.25) / min(1.0, self._seconds / 3), 0, 1)
        leave = np.clip((self._seconds - seconds) / min(0.5, self._seconds / 6), 0, 1)
        light = float(_soft(appear) * (0.4 + 0.6 * _soft(leave)))
        ink = (_nearer(self._ink, NEARING / 3 * share) * np.float32(light)).astype(np.uint16)
        frame.y[:] = blend(frame.y, np.full((1, 1), INK, np.uint8), ink)
        for plane in (frame.u, frame.v):
            plane[:] = blend(plane, np.full((1, 1), GREY, np.uint8), ink[::2, ::2])
        return frame


def _soft(share: float) -> float:
    return share * share * (3 - 2 * share)


def _nearer(image: Image.Image, share: float) -> Plane:
    cut_x, cut_y = image.width * share / 2, image.height * share / 2
    box = (cut_x, cut_y, image.width - cut_x, image.height - cut_y)
    return np.asarray(image.resize(image.size, Image.Resampling.BILINEAR, box=box))


def _background(card: TitleCard, width: int, height: int) -> Image.Image:
    image = _gradient(card.title, width, height) if card.picture is None else _quieted(card.picture, width, height)
    return Image.fromarray((np.asarray(image, np.float32) * _vignette(width, height)[..., None]).astype(np.uint8))


def _quieted(path: Path, width: int, height: int) -> Image.Image:
    """The picture filled into the frame, out of focus, darker and calmer."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as failure:
        raise UnreadableMedia(path.name) from failure
    filled = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    blurred = filled.filter(ImageFilter.GaussianBlur(min(width, height) / 70))
    pixels = np.asarray(blurred, np.float32)
    grey = pixels.mean(axis=2, keepdims=True)
    calm = grey + (pixels - grey) * 0.8
    # Bright pictures are darkened more, so that the lettering always stands out.
    return Image.fromarray((calm * min(0.62, 62 / max(1.0, float(calm.mean())))).astype(np.uint8))


def _gradient(title: str, width: int, height: int) -> Image.Image:
    """A dark sky whose tint follows from the title."""
    tints = (
        ((13, 18, 38), (58, 66, 110)),
        ((30, 14, 30), (108, 56, 78)),
        ((9, 27, 30), (36, 92, 92)),
        ((33, 20, 13), (116, 76, 46)),
    )
    upper, lower = tints[hashlib.sha256(title.encode()).digest()[0] % len(tints)]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 1.3
    ramp = np.array(upper, np.float32) * (1 - down) + np.array(lower, np.float32) * down
    # A grain of noise keeps the wide ramp from showing bands.
    grain = np.random.default_rng(1).normal(0, 0.9, (height, width, 1)).astype(np.float32)
    return Image.fromarray(np.clip(ramp + grain, 0, 255).astype(np.uint8))


def _vignette(width: int, height: int) -> npt.NDArray[np.float32]:
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return np.asarray(1 - 0.38 * np.clip(across**2 * 0.6 + down**2 * 0.6, 0, 1), np.float32)


def _lettered(card: TitleCard, width: int, height: int) -> Image.Image:
    ink = Image.new("L", (width, height))
    short = min(width, height)
    title = _fitted(card.title, width * 0.8, short * 0.118, 4)
    below = _fitted(card.subtitle, width * 0.72, short * 0.036, 3)
    gap = short * 0.035
    blocks = [block for block in (title, below) if block]
    total = sum(block.mask.height for block in blocks) + (2 * gap if len(blocks) == 2 else 0)
    y = height * 0.485 - total / 2
    if title:
        ink.paste(title.mask, (round((width - title.mask.width) / 2), round(y)))
        # Small lettering brings a smaller margin of its own; the ornament keeps its distance.
        y += title.mask.height + (short * 0.118 - title.size) * 0.35
    if title and below:
        _ornament(ink, width / 2, y + gap * 0.45, short)
        y += 2 * gap
    if below:
        faint = below.mask.point(lambda level: round(level * 0.86))
        ink.paste(faint, (round((width - faint.width) / 2), round(y - below.size * 0.3)))
    return ink


def _ornament(ink: Image.Image, x: float, y: float, short: int) -> None:
    """Two thin rules and a small diamond between them."""
    reach, gap, stone = short * 0.15, short * 0.022, max(2.0, short * 0.0075)
    scale = 4
    box = (round(x - reach), round(y - stone * 2), round(x + reach), round(y + stone * 2))
    large = Image.new("L", ((box[2] - box[0]) * scale, (box[3] - box[1]) * scale))
    pen = ImageDraw.Draw(large)
    middle_x, middle_y = large.width / 2, large.height / 2
    thick = max(1.0, short / 560) * scale / 2
    for left, right in ((0.0, middle_x - gap * scale), (middle_x + gap * scale, float(large.width))):
        pen.rectangle([left, middle_y - thick, right, middle_y + thick - 1], fill=190)
    size = stone * scale
    pen.polygon(
        [
            (middle_x - size, middle_y),
            (middle_x, middle_y - size),
            (middle_x + size, middle_y),
            (middle_x, middle_y + size),
        ],
        fill=230,
    )
    ink.paste(large.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BOX), box[:2])


def _fitted(text: str, width: float, largest: float, most_lines: int) -> lettering.Setting | None:
    """The text broken so that it can be set largest, with some preference for fewer lines."""
    words = lettering.drawable(text).split()
    if not words:
        return None
    options = []
    for count in range(1, min(most_lines, len(words)) + 1):
        lines = _broken(words, count)
        size = min(largest, 100 * width / max(1.0, *(lettering.line_width(line, 100) for line in lines)))
        options.append((size * (1 - 0.09 * (count - 1)), size, lines))
    _, size, lines = max(options)
    return lettering.typeset(lines, max(8.0, size))


def _broken(words: list[str], count: int) -> tuple[str, ...]:
    """The words on `count` lines, the longest line as short as can be."""
    # Beyond a few words all ways to break are too many; then lines are filled evenly.
    if len(words) > 12:
        return tuple(" ".join(words[len(words) * i // count : len(words) * (i + 1) // count]) for i in range(count))
    ways = []
    for cuts in itertools.combinations(range(1, len(words)), count - 1):
        edges = (0, *cuts, len(words))
        lines = tuple(" ".join(words[a:b]) for a, b in itertools.pairwise(edges))
        ways.append((max(map(len, lines)), lines))
    return min(ways)[1]
