"""People: a body in a pose, dressed, with a head and whatever it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .colours import mix, rgb
from .composition import Spot
from .faces import draw_head
from .garments import draw_arm, draw_extras_behind, draw_extras_front, draw_leg, draw_trunk
from .layer import Layer
from .look import Look
from .poses import POSES, Bones, Pose, bones
from .scene import Scene
from .shapes import arc, box, ellipse, limb, ribbon, rounded, smooth, star
from .staging import close_sheet, open_sheet


def draw_person(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a person standing at `spot` with the light of the scene."""
    pose = _felt(POSES["stand" if spot.back else gesture], scene.brief.mood)
    if scene.layout.framing in ("close", "medium"):
        pose = replace(pose, turn=0.0)
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall)
    layer.turn, layer.pivot = pose.turn, (0.0, 0.5)
    body = bones(look, pose)
    draw_extras_behind(layer, body, look)
    if not spot.back:
        draw_arm(layer, body, look, near=False)
    if look.species == "mermaid":
        _fish_tail(layer, body, look)
    else:
        for near in (False, True):
            draw_leg(layer, body, look, near)
    _neck(layer, body, look)
    draw_trunk(layer, body, look, spot.back)
    if not spot.back:
        draw_extras_front(layer, body, look)
    _bubble(layer, body, look, behind=True)
    draw_head(layer, body, look, pose, spot.back)
    _bubble(layer, body, look, behind=False)
    _prop(scene, layer, body, look, pose)
    draw_arm(layer, body, look, near=True)
    if spot.back:
        draw_arm(layer, body, look, near=False)
    lift = tall * 0.5 if pose.turn and scene.layout.framing not in ("close", "medium") else 0.0
    close_sheet(scene, spot, layer, lift, 0.3 if pose.lift > -0.3 else 0.5)
    _lamp_glow(scene, spot, body, look, pose, tall, lift)


def _fish_tail(layer: Layer, body: Bones, look: Look) -> None:
    """A mermaid's tail in place of legs."""
    (x, y), scales = body.hip, look.second_colour
    fin = (x - 0.3, 0.06)
    layer.part(
        smooth([(fin[0] + 0.04, 0.05), (fin[0] - 0.16, 0.16), (fin[0] - 0.1, 0.0), (fin[0] + 0.02, -0.06)], 5), scales
    )
    spine = [(x, y + 0.04), (x + 0.03, y * 0.5), (x - 0.08, 0.09), fin]
    layer.part(ribbon(spine, body.waist * 1.25, 0.025, 10, middle=0.075), scales, 1.2)
    for k in range(4):
        layer.flat(ellipse(x + 0.02 - 0.012 * k, y * (0.85 - 0.16 * k), 0.02, 0.012), mix(scales, (1, 1, 1), 0.4), 0.6)


_FEELINGS = {"tense": ("firm", "firm"), "melancholy": ("soft", "sad"), "wondrous": ("open", "raised")}


def _felt(pose: Pose, mood: str) -> Pose:
    """A pose whose neutral face takes on the mood of the picture."""
    if mood not in _FEELINGS or pose.mouth not in ("smile", "soft") or pose.eyes == "closed":
        return pose
    mouth, brow = _FEELINGS[mood]
    return replace(pose, mouth=mouth, brow=brow)


def _neck(layer: Layer, body: Bones, look: Look) -> None:
    thick = body.half * (0.4 if look.female or look.age == "child" else 0.48)
    base = (body.neck[0], body.neck[1] - 0.03)
    layer.part(limb(base, body.head, thick, thick), mix(look.skin, (0.45, 0.15, 0.15), 0.2))


def _bubble(layer: Layer, body: Bones, look: Look, behind: bool) -> None:
    if look.garment != "spacesuit" or look.hat:
        return
    (x, y), r = body.head, body.half * 1.42
    if behind:
        layer.lit(ellipse(x, y, r), (0.5, 0.65, 0.8), 0.35)
        return
    layer.lit(ellipse(x, y, r), (0.75, 0.9, 1.0), 0.14)
    layer.flat(ribbon([*ellipse(x, y, r, steps=40), (x + r, y)], r * 0.045, r * 0.045, 1), rgb("eceef2"))
    layer.lit(ribbon(arc(x, y, r * 0.78, r * 0.78, 110, 165, 8), r * 0.02, r * 0.02, 2, r * 0.07), (1, 1, 1), 0.75)
    layer.part(ellipse(x - body.half * 0.1, y - r * 0.98, r * 0.62, r * 0.2), rgb("c8ccd4"))


def _held_kind(look: Look, pose: Pose) -> str:
    if pose.prop == "held":
        return "lantern"
    if not pose.prop and "lantern" in look.extras:
        return "lantern"
    return pose.prop


def _prop(scene: Scene, layer: Layer, body: Bones, look: Look, pose: Pose) -> None:
    kind, (x, y) = _held_kind(look, pose), body.far_hand
    painter = _HELDS.get(kind)
    if painter is not None:
        painter(scene, layer, body, x, y)
    if "cane" in look.extras and kind == "":
        layer.part(
            ribbon([(x, 0.0), (x, y + 0.02), (x + 0.02, y + 0.06), (x + 0.05, y + 0.04)], 0.008, 0.008), rgb("6a4630")
        )
    if look.hat == "wizard" and kind == "" and not look.extras & {"cane"}:
        layer.part(limb((x - 0.02, y - 0.02), (x + 0.06, y + 0.14), 0.006, 0.005), rgb("5a3c2a"))
        layer.lit(star(x + 0.065, y + 0.155, 0.032, 0.012), (1.0, 0.95, 0.6))
        layer.glow(x + 0.065, y + 0.155, 0.12, (1.0, 0.9, 0.5), 0.8)


def _held_lantern(scene: Scene, layer: Layer, body: Bones, x: float, y: float) -> None:
    layer.flat(ribbon(arc(x + 0.01, y - 0.02, 0.022, 0.03, 0, 180, 8), 0.003, 0.003, 2), rgb("3a3230"))
    layer.part(rounded(x - 0.026, y - 0.115, x + 0.046, y - 0.025, 0.012), rgb("5a4634"))
    layer.lit(rounded(x - 0.016, y - 0.104, x + 0.036, y - 0.038, 0.01), mix(scene.palette.warm, (1, 1, 0.9), 0.45))
    layer.part([(x - 0.034, y - 0.03), (x + 0.01, y - 0.002), (x + 0.054, y - 0.03)], rgb("3f322c"))
    layer.part(box(x - 0.034, y - 0.125, x + 0.054, y - 0.112), rgb("3f322c"))


def _held_book(scene: Scene, layer: Layer, body: Bones, x: float, y: float) -> None:
    bx, by = (x + body.near_hand[0]) / 2 + 0.02, (y + body.near_hand[1]) / 2 + 0.02
    layer.part(
        [
            (bx - 0.1, by + 0.05),
            (bx, by + 0.02),
            (bx + 0.1, by + 0.07),
            (bx + 0.1, by - 0.05),
            (bx, by - 0.09),
            (bx - 0.1, by - 0.06),
        ],
        rgb("a8483c"),
    )
    layer.part(
        [
            (bx - 0.088, by + 0.062),
            (bx, by + 0.03),
            (bx + 0.088, by + 0.082),
            (bx + 0.088, by - 0.03),
            (bx, by - 0.07),
            (bx - 0.088, by - 0.04),
        ],
        rgb("f4ecd8"),
        0.5,
    )
    layer.flat(
        [(bx - 0.002, by + 0.03), (bx + 0.002, by + 0.03), (bx + 0.002, by - 0.07), (bx - 0.002, by - 0.07)],
        rgb("b8a888"),
    )


def _held_spoon(scene: Scene, layer: Layer, body: Bones, x: float, y: float) -> None:
    layer.part(limb((x, y + 0.03), (x + 0.04, y - 0.16), 0.008, 0.007), rgb("b88a58"))
    layer.part(ellipse(x + 0.045, y - 0.175, 0.018, 0.028), rgb("b88a58"))


def _held_hammer(scene: Scene, layer: Layer, body: Bones, x: float, y: float) -> None:
    layer.part(limb((x - 0.02, y - 0.03), (x + 0.045, y + 0.12), 0.009, 0.009), rgb("a87848"))
    layer.part(limb((x + 0.005, y + 0.145), (x + 0.095, y + 0.105), 0.018, 0.018), rgb("6a7080"))


def _held_guitar(scene: Scene, layer: Layer, body: Bones, x: float, y: float) -> None:
    cx, cy = body.hip[0] + 0.03, body.hip[1] + 0.11
    layer.part(limb((cx + 0.04, cy + 0.02), (x + 0.12, y + 0.08), 0.014, 0.011), rgb("5a3a28"))
    layer.part(
        smooth(
            [
                (cx - 0.13, cy - 0.05),
                (cx - 0.09, cy + 0.06),
                (cx, cy + 0.05),
                (cx + 0.07, cy + 0.09),
                (cx + 0.11, cy + 0.02),
                (cx + 0.04, cy - 0.04),
                (cx - 0.02, cy - 0.11),
            ],
            6,
        ),
        rgb("c8843f"),
        1.2,
    )
    layer.flat(ellipse(cx + 0.02, cy + 0.01, 0.026), rgb("4a2c1c"))


_HELDS: dict[str, Callable[[Scene, Layer, Bones, float, float], None]] = {
    "lantern": _held_lantern,
    "book": _held_book,
    "spoon": _held_spoon,
    "hammer": _held_hammer,
    "guitar": _held_guitar,
}


def _lamp_glow(scene: Scene, spot: Spot, body: Bones, look: Look, pose: Pose, tall: float, lift: float) -> None:
    if _held_kind(look, pose) == "lantern" and not spot.back:
        x = spot.x + spot.facing * (body.far_hand[0] + 0.01) * tall
        y = spot.y + lift + (body.far_hand[1] - 0.07) * tall
        scene.page.glow(
            x, y, tall * (0.3 + 0.35 * scene.palette.dark), scene.palette.warm, 0.35 + 0.45 * scene.palette.dark
        )
