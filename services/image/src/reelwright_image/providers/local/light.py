"""The last wash: bloom, sun rays, colour grading, paper grain and vignette."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from .colours import Pixels, as_pixels
from .noise import field
from .scene import Scene


def rays(scene: Scene) -> None:
    """Faint shafts of light fanning out from a low sun."""
    sx, sy = scene.sun
    unit = scene.layout.unit
    for k in range(7):
        angle = math.radians(200 + 22 * k + (scene.plan.random() - 0.5) * 14)
        spread = math.radians(3.2 + 2.5 * scene.plan.random())
        far = unit * 1.7
        cone = [
            (sx, sy),
            (sx + math.cos(angle - spread) * far, sy + math.sin(angle - spread) * far),
            (sx + math.cos(angle + spread) * far, sy + math.sin(angle + spread) * far),
        ]
        scene.page.lit(cone, scene.palette.glow, 0.07, unit * 0.016)


def soften(scene: Scene, radius: float) -> None:
    """Blurs everything painted so far: a backdrop behind a near figure."""
    if radius < 0.6:
        return
    page = scene.page
    picture = Image.fromarray((np.clip(page.rgb, 0, 1) * 255).astype(np.uint8), "RGB")
    blurred = picture.filter(ImageFilter.GaussianBlur(radius))
    page.rgb[:] = np.asarray(blurred, dtype=np.float32) / 255


def finish(scene: Scene) -> Image.Image:
    """The finished picture as RGB."""
    rgb = np.clip(scene.page.rgb, 0, 1)
    rgb = _bloom(rgb)
    rgb = _grade(scene, rgb)
    rgb *= _vignette(scene)[..., None]
    rgb += _grain(scene)[..., None]
    return Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def _bloom(rgb: Pixels) -> Pixels:
    height, width = rgb.shape[:2]
    small = Image.fromarray((np.clip(rgb - 0.72, 0, 1) * 3.5 * 73).clip(0, 255).astype(np.uint8), "RGB")
    small = small.resize((max(8, width // 6), max(8, height // 6)), Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(max(1.0, width / 110)))
    halo = np.asarray(small.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32) * np.float32(
        0.30 / 255
    )
    return (rgb + (1 - rgb) * halo).astype(np.float32)


def _grade(scene: Scene, rgb: Pixels) -> Pixels:
    palette = scene.palette
    bright = rgb @ np.array([0.3, 0.59, 0.11], dtype=np.float32)
    grey = bright[..., None]
    rgb = grey + (rgb - grey) * (palette.saturation * 1.08)
    rgb = (rgb - 0.46) * (palette.contrast * 1.05) + 0.465
    low = np.clip(1 - bright * 2.4, 0, 1)[..., None] * np.float32(0.2)
    high = np.clip(bright * 1.7 - 0.7, 0, 1)[..., None] * np.float32(0.14)
    rgb += (as_pixels(palette.split_dark) - rgb) * low
    rgb += (as_pixels(palette.split_light) * np.float32(1.02) - rgb) * high * (1 - grey * 0.6)
    return rgb.astype(np.float32)


def _vignette(scene: Scene) -> Pixels:
    height, width = scene.page.height, scene.page.width
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    edge = np.clip((x * x * 0.9 + y * y * 0.8) - 0.55, 0, 2)
    return (1 - 0.24 * np.minimum(edge, 1.2)).astype(np.float32)


def _grain(scene: Scene) -> Pixels:
    height, width = scene.page.height, scene.page.width
    fine = scene.brush.random((height, width), dtype=np.float32) - np.float32(0.5)
    tooth = field(scene.brush, width, height, width / 5.0) - np.float32(0.5)
    wash = field(scene.brush, width, height, 7.0) - np.float32(0.5)
    filled: Pixels = fine * np.float32(0.014) + tooth * np.float32(0.022) + wash * np.float32(0.022)
    return filled
