"""Opens and closes the sheet a figure is drawn on: cropping to the page, facing, rim light, shadow."""

from __future__ import annotations

from .composition import Spot
from .layer import Layer
from .scene import Scene


def open_sheet(
    scene: Scene, spot: Spot, tall: float, half: float = 0.85, high: float = 1.42, low: float = -0.08
) -> Layer:
    """A layer in figure heights (`tall` pixels), origin between the feet, cropped to what the page shows."""
    layout = scene.layout
    left, right = max(-half, -spot.x / tall - 0.02), min(half, (layout.width - spot.x) / tall + 0.02)
    bottom, top = max(low, -spot.y / tall - 0.02), min(high, (layout.height - spot.y) / tall + 0.02)
    layer = scene.sprite(min(left, right - 0.02), min(bottom, top - 0.02), right, top, tall)
    layer.mirror = spot.facing < 0
    return layer


def close_sheet(
    scene: Scene, spot: Spot, layer: Layer, lift: float = 0.0, shade: float = 0.3, rim: float = 0.008
) -> None:
    """Rims the figure with light, grounds it with a shadow `shade` heights wide and puts it on the page."""
    tall = layer.view.scale
    layer.edge_light(rim if scene.layout.framing not in ("close", "over") else rim * 0.6)
    if spot.y > 0 and shade > 0:
        scene.shadow(spot.x, spot.y, tall * shade / (1 + 2 * lift / tall), 0.5 / (1 + 2 * lift / tall))
    scene.stand(layer, spot.x, spot.y + lift)
