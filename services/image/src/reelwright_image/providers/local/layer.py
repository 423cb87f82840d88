"""The sheet everything is painted on: antialiased shaded shapes, glows and stamps on float pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .colours import Colour, Pixels, as_pixels, times
from .shapes import Path, Point


@dataclass(frozen=True)
class Lighting:
    """How light falls on shapes: `toward` points at the light in screen space (x right, y down)."""

    toward: Point = (-0.6, -0.8)
    tint: Colour = (1.0, 1.0, 1.0)
    shade: Colour = (0.55, 0.55, 0.75)
    glint: Colour = (1.0, 0.97, 0.88)
    rim: Colour = (1.0, 0.95, 0.8)
    rim_strength: float = 0.5


@dataclass(frozen=True)
class View:
    """Which rectangle of drawing space (y up) a layer shows, and how many pixels one unit is."""

    left: float
    bottom: float
    right: float
    top: float
    scale: float


@dataclass
class Layer:
    """A premultiplied float32 picture; paths are given in the units of its view."""

    view: View
    lighting: Lighting = field(default_factory=Lighting)
    opaque: bool = False
    turn: float = 0.0
    """Degrees by which every path is rotated around `pivot` before it is drawn."""
    pivot: Point = (0.0, 0.0)
    mirror: bool = False
    rgb: Pixels = field(init=False)
    alpha: Pixels = field(init=False)

    def __post_init__(self) -> None:
        width = max(1, math.ceil((self.view.right - self.view.left) * self.view.scale))
        height = max(1, math.ceil((self.view.top - self.view.bottom) * self.view.scale))
        self.rgb = np.zeros((height, width, 3), dtype=np.float32)
        self.alpha = np.zeros((height, width), dtype=np.float32)

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])

    def place(self, path: Sequence[Point]) -> Path:
        """`path` in this layer's pixels."""
        view = self.view
        if self.turn:
            c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
            px, py = self.pivot
            path = [(px + (x - px) * c - (y - py) * s, py + (x - px) * s + (y - py) * c) for x, y in path]
        sign = -1.0 if self.mirror else 1.0
        return [((x * sign - view.left) * view.scale, (view.top - y) * view.scale) for x, y in path]

    def flat(
        self, path: Sequence[Point], colour: Colour, opacity: float = 1.0, soft: float = 0.0, to: Colour | None = None
    ) -> None:
        """Fills `path` with a plain (or vertically graded, top to bottom) colour; `soft` blurs it, in units."""
        found = self._mask([path], soft * self.view.scale)
        if found is None:
            return
        mask, left, top = found
        tint = self.lighting.tint
        fill = as_pixels(times(colour, tint))
        if to is not None:
            fill = _vertical(fill, as_pixels(times(to, tint)), mask.shape[0])
        self._over(mask * opacity if opacity < 1 else mask, left, top, fill)

    def lit(self, path: Sequence[Point], colour: Colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        """Fills `path` with a colour that glows by itself, untouched by the lighting."""
        found = self._mask([path], soft * self.view.scale)
        if found is not None:
            mask, left, top = found
            self._over(mask * opacity, left, top, as_pixels(colour))

    def part(
        self,
        paths: Sequence[Point] | Sequence[Path],
        colour: Colour,
        depth: float = 1.0,
        to: Colour | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Fills one or several paths as a single rounded body, lit on one side; `depth` scales the modelling."""
        several = _several(paths)
        found = self._mask(several, 0.0, pad=True)
        if found is None:
            return
        mask, left, top = found
        tint = self.lighting.tint
        fill = as_pixels(times(colour, tint))
        if to is not None:
            fill = _vertical(fill, as_pixels(times(to, tint)), mask.shape[0])
        self._over(mask * opacity if opacity < 1 else mask, left, top, self._model(mask, fill, depth))

    def _model(self, mask: Pixels, fill: Pixels, depth: float) -> Pixels:
        height, width = mask.shape
        reach = max(1.0, 0.16 * math.sqrt(height * width) * min(1.0, min(height, width) / max(height, width) + 0.35))
        lx, ly = self.lighting.toward
        dx, dy = round(lx * reach), round(ly * reach)
        margin = math.ceil(reach * 2)
        padded = Image.new("L", (width + 2 * margin, height + 2 * margin))
        padded.paste(Image.fromarray((mask * 255).astype(np.uint8), "L"), (margin, margin))
        swell = np.asarray(padded.filter(ImageFilter.BoxBlur(reach * 0.8)), dtype=np.float32)
        near = swell[margin - dy : margin - dy + height, margin - dx : margin - dx + width]
        away = swell[margin + dy : margin + dy + height, margin + dx : margin + dx + width]
        term = (near - away) * (depth / 255)
        dark = np.clip((-term - 0.06) * 2.6, 0.0, 1.0)
        dark = dark * dark * (3 - 2 * dark) * 0.85
        bright = np.clip(term - 0.1, 0.0, 1.0) * 0.42
        shade = as_pixels(self.lighting.shade)
        body = fill * (1 - dark[..., None] * (1 - shade))
        glint = as_pixels(times(self.lighting.glint, self.lighting.tint))
        filled: Pixels = (body + bright[..., None] * (glint - body) * 0.8).astype(np.float32)
        return filled

    def _mask(
        self, paths: Sequence[Sequence[Point]], soft: float, *, pad: bool = False
    ) -> tuple[Pixels, int, int] | None:
        placed = [self.place(path) for path in paths if len(path) > 2]
        if not placed:
            return None
        xs = [x for path in placed for x, _ in path]
        ys = [y for path in placed for _, y in path]
        grow = soft * 2.5 + 1
        if pad:
            grow += 0.06 * min(max(xs) - min(xs), max(ys) - min(ys))
        left, top = max(0, math.floor(min(xs) - grow)), max(0, math.floor(min(ys) - grow))
        right, bottom = min(self.width, math.ceil(max(xs) + grow)), min(self.height, math.ceil(max(ys) + grow))
        if right <= left or bottom <= top:
            return None
        size = (right - left, bottom - top)
        fine = 4 if size[0] * size[1] < 60_000 else 2
        if soft > 3:
            fine = 1
        sheet = Image.new("L", (size[0] * fine, size[1] * fine))
        pen = ImageDraw.Draw(sheet)
        for path in placed:
            pen.polygon([((x - left) * fine - 0.5, (y - top) * fine - 0.5) for x, y in path], fill=255)
        small = sheet.reduce(fine) if fine > 1 else sheet
        if soft > 0.3:
            small = small.filter(ImageFilter.GaussianBlur(soft))
        return np.asarray(small, dtype=np.float32) * np.float32(1 / 255), left, top

    def _over(self, mask: Pixels, left: int, top: int, fill: Pixels) -> None:
        rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        window = self.rgb[rows, cols]
        window += (fill - window) * mask[..., None]
        if not self.opaque:
            cover = self.alpha[rows, cols]
            cover += (1 - cover) * mask

    def glow(
        self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0, squash: float = 1.0
    ) -> None:
        """Adds soft light around (x, y), in units; brighter than the page, never above white."""
        ((cx, cy),) = self.place([(x, y)])
        r = radius * self.view.scale
        left, right = max(0, math.floor(cx - r)), min(self.width, math.ceil(cx + r))
        top, bottom = max(0, math.floor(cy - r * squash)), min(self.height, math.ceil(cy + r * squash))
        if right <= left or bottom <= top or r < 0.5:
            return
        gx = (np.arange(left, right, dtype=np.float32) + 0.5 - cx) / r
        gy = (np.arange(top, bottom, dtype=np.float32) + 0.5 - cy) / (r * squash)
        fall = np.clip(1 - np.sqrt(gx[None, :] ** 2 + gy[:, None] ** 2), 0.0, 1.0)
        fall = fall * fall * (3 - 2 * fall) * strength
        window = self.rgb[top:bottom, left:right]
        window += (1 - np.minimum(window, 1.0)) * fall[..., None] * as_pixels(colour)
        if not self.opaque:
            cover = self.alpha[top:bottom, left:right]
            np.maximum(cover, np.minimum(1.0, fall * 0.35), out=cover)

    def darken(self, path: Sequence[Point], colour: Colour, strength: float, soft: float) -> None:
        """Multiplies a soft shape into the page: cast and contact shadows."""
        found = self._mask([path], soft * self.view.scale)
        if found is not None:
            mask, left, top = found
            window = self.rgb[top : top + mask.shape[0], left : left + mask.shape[1]]
            window *= 1 - (mask * strength)[..., None] * (1 - as_pixels(colour))

    def stamp(self, other: Layer, x: int, y: int, haze: Colour | None = None, fade: float = 0.0) -> None:
        """Pastes another layer with its top left corner at pixel (x, y), veiled by `fade` of `haze`."""
        left, top = max(0, x), max(0, y)
        right, bottom = min(self.width, x + other.width), min(self.height, y + other.height)
        if right <= left or bottom <= top:
            return
        rows, cols = slice(top - y, bottom - y), slice(left - x, right - x)
        cover, paint = other.alpha[rows, cols], other.rgb[rows, cols]
        if haze is not None and fade > 0:
            paint = paint * (1 - fade) + as_pixels(haze) * fade * cover[..., None]
        window = self.rgb[top:bottom, left:right]
        window *= 1 - cover[..., None]
        window += paint
        if not self.opaque:
            held = self.alpha[top:bottom, left:right]
            held += (1 - held) * cover

    def edge_light(self, width: float, strength: float | None = None) -> None:
        """Brightens the silhouette on the side of the light; `width` in units."""
        lx, ly = self.lighting.toward
        reach = max(1.0, width * self.view.scale)
        cover = Image.fromarray((self.alpha * 255).astype(np.uint8), "L")
        moved = ImageChops.offset(cover, round(-lx * reach), round(-ly * reach)).filter(ImageFilter.BoxBlur(reach / 2))
        open_sky = 1 - np.asarray(moved, dtype=np.float32) / 255
        power = self.lighting.rim_strength if strength is None else strength
        rim = self.alpha * np.clip(open_sky, 0, 1) ** 1.5 * power
        self.rgb += rim[..., None] * as_pixels(self.lighting.rim) * (1 - np.minimum(self.rgb, 1.0))


def _several(paths: Sequence[Point] | Sequence[Path]) -> list[Path]:
    """One outline or many, as a list of outlines."""
    several: list[Path] = []
    single: Path = []
    for entry in paths:
        if isinstance(entry, tuple):
            single.append(entry)
        else:
            several.append(entry)
    return several or [single]


def _vertical(top: Pixels, bottom: Pixels, rows: int) -> Pixels:
    t = np.linspace(0.0, 1.0, rows, dtype=np.float32)[:, None, None]
    return (top * (1 - t) + bottom * t).astype(np.float32)


def sheet(width: int, height: int, lighting: Lighting) -> Layer:
    """An opaque layer whose units are pixels with y down turned up: (0, 0) is the bottom left corner."""
    return Layer(View(0.0, 0.0, float(width), float(height), 1.0), lighting, opaque=True)
