"""Draws the pictures the fake answers with: the same words give the same picture."""

from __future__ import annotations

import colorsys
import functools
import hashlib
import io
import math
import random
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
# Up to this many pixels a picture is drawn twice as large, which smooths its edges.
SMOOTHED_PIXELS = 1_600_000
GIF_FRAME_PIXELS = 512 * 512
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """A picture to draw. `quality` is the encoder's (1 to 100); `partial` below 1 is an unfinished preview."""

    words: str
    width: int
    height: int
    format: str = "png"
    quality: int = 85
    transparent: bool = False
    seed: int = 0
    index: int = 0
    partial: float = 1.0
    frames: int = 1
    frame_ms: int = 200

    @property
    def media_type(self) -> str:
        """Its content type."""
        return MEDIA_TYPES[self.format]


@functools.lru_cache(maxsize=64)
def render(picture: Picture) -> bytes:
    """The encoded picture."""
    if picture.format == "gif":
        return _animation(picture)
    return encode(drawn(picture), picture.format, picture.quality)


def encode(image: Image.Image, format_: str, quality: int) -> bytes:
    """`image` in one of MEDIA_TYPES; JPEG loses transparency."""
    buffer = io.BytesIO()
    if format_ == "png":
        image.save(buffer, "PNG", compress_level=3)
    else:
        ready = image.convert("RGB") if format_ == "jpeg" else image
        ready.save(buffer, format_.upper(), quality=max(1, quality), **({"method": 2} if format_ == "webp" else {}))
    return buffer.getvalue()


def drawn(picture: Picture, *, moment: float = 0.0) -> Image.Image:
    """The pixels: RGBA where the background is transparent, else RGB."""
    chance = random.Random(hashlib.sha256(f"{picture.words}|{picture.seed}|{picture.index}".encode()).digest())
    scale = 2 if picture.width * picture.height <= SMOOTHED_PIXELS else 1
    size = (picture.width * scale, picture.height * scale)
    image = _flower(size, chance) if picture.transparent else _landscape(size, chance, moment)
    image = image.resize((picture.width, picture.height), Image.Resampling.BOX)
    if not picture.transparent:
        _caption(image, picture.words)
    if picture.partial < 1:
        image = image.filter(ImageFilter.GaussianBlur(max(picture.width, picture.height) * (1 - picture.partial) / 16))
    return image


def _animation(picture: Picture) -> bytes:
    shrink = min(1.0, math.sqrt(GIF_FRAME_PIXELS / (picture.width * picture.height)))
    small = replace(picture, width=max(1, int(picture.width * shrink)), height=max(1, int(picture.height * shrink)))
    frames = [
        drawn(small, moment=number / picture.frames).resize((picture.width, picture.height))
        for number in range(picture.frames)
    ]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=picture.frame_ms, loop=0)
    return buffer.getvalue()


def _landscape(size: tuple[int, int], chance: random.Random, moment: float) -> Image.Image:
    width, height = size
    hue = chance.random()
    top, low = _colour(hue, 0.55, 0.45), _colour(hue + 0.12, 0.35, 0.97)
    sky = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    image = ImageOps.colorize(sky, top, low)
    pen = ImageDraw.Draw(image)
    _sun(pen, size, chance, hue, moment)
    for layer in range(4):
        depth = layer / 3
        colour = _colour(hue + 0.5 - 0.06 * layer, 0.25 + 0.3 * depth, 0.72 - 0.42 * depth)
        pen.polygon(_ridge(width, height, chance, level=0.5 + 0.13 * layer), fill=colour)
    return image


def _sun(pen: ImageDraw.ImageDraw, size: tuple[int, int], chance: random.Random, hue: float, moment: float) -> None:
    width, height = size
    across = min(size) * chance.uniform(0.09, 0.15)
    x = width * (chance.uniform(0.2, 0.8) + moment * 0.2) % width
    y = height * chance.uniform(0.18, 0.4)
    for ring, light in ((1.5, 0.16), (1.0, 0.05)):
        reach = across * ring
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=_colour(hue + 0.14, light + 0.05, 1.0))


def _ridge(width: int, height: int, chance: random.Random, *, level: float) -> list[tuple[float, float]]:
    waves = [
        (chance.uniform(0.6, 1.4) * 2**octave, chance.uniform(0, math.tau), 0.07 / 1.8**octave) for octave in range(4)
    ]
    steps = [width * step / 160 for step in range(161)]
    crest = [
        (x, height * (level + sum(rise * math.sin(math.tau * x / width * pace + turn) for pace, turn, rise in waves)))
        for x in steps
    ]
    return [*crest, (width, height), (0, height)]


def _flower(size: tuple[int, int], chance: random.Random) -> Image.Image:
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    hue, petals, reach = chance.random(), chance.randint(5, 9), min(size) * 0.4
    for shrink, light in ((1.0, 0.75), (0.72, 0.9), (0.4, 1.0)):
        outline = [_petal(size, reach * shrink, petals, step / 360 * math.tau) for step in range(360)]
        pen.polygon(outline, fill=(*_colour(hue + 0.1 * (1 - shrink), 0.35 + 0.4 * shrink, light), 255))
    return image


def _petal(size: tuple[int, int], reach: float, petals: int, turn: float) -> tuple[float, float]:
    radius = reach * (0.72 + 0.28 * math.cos(petals * turn))
    return size[0] / 2 + radius * math.cos(turn), size[1] / 2 + radius * math.sin(turn)


def _caption(image: Image.Image, words: str) -> None:
    width, height = image.size
    if min(width, height) < 128:
        return
    font = ImageFont.load_default(size=max(11, min(width, height) // 32))
    # The built-in font knows Latin letters only; boxes for others would help nobody.
    text = " ".join("".join(letter if letter.isascii() else " " for letter in words).split())
    pen = ImageDraw.Draw(image, "RGBA")
    margin = min(width, height) // 40
    text = f"fake: {text}" if text else "fake"
    while len(text) > 5 and pen.textlength(text, font=font) > width - 4 * margin:
        text = text[: int(len(text) * 0.9) - 1].rstrip() + "…"
    box = pen.textbbox((2 * margin, height - 2 * margin), text, font=font, anchor="ls")
    pen.rounded_rectangle(
        (box[0] - margin, box[1] - margin // 2, box[2] + margin, box[3] + margin // 2), margin // 2, (0, 0, 0, 120)
    )
    pen.text((2 * margin, height - 2 * margin), text, font=font, fill=(255, 255, 255, 235), anchor="ls")


def _colour(hue: float, saturation: float, light: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(1, saturation), min(1, light))
    return round(red * 255), round(green * 255), round(blue * 255)
