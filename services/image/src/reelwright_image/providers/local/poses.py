"""How bodies are held: joint angles and expressions for each gesture."""

from __future__ import annotations

from dataclasses import dataclass

from .look import Look
from .shapes import Point, reach, turned

Bend = tuple[float, float]
"""Angle of the upper member (0 hangs down, 90 forward, 180 up) and the bend of the lower one, in degrees."""


@dataclass(frozen=True)
class Pose:
    """A held gesture, facing right."""

    near_arm: Bend = (-10, 16)
    far_arm: Bend = (12, 14)
    near_leg: Bend = (-4, 0)
    far_leg: Bend = (6, -3)
    lean: float = 0.0
    """Degrees the trunk tips backward; negative is forward."""
    tilt: float = 0.0
    """Degrees the head tips up; negative is down."""
    mouth: str = "smile"
    brow: str = "calm"
    eyes: str = "open"
    lift: float = 0.0
    """How far the hips move from standing height, as a fraction of it."""
    turn: float = 0.0
    """Degrees the whole body is rotated."""
    prop: str = ""
    """What the forward hand holds."""


POSES = {
    "stand": Pose(),
    "look": Pose(tilt=14, mouth="soft", brow="raised", near_arm=(-12, 22)),
    "walk": Pose((-26, 24), (30, 34), (22, -8), (-22, -22), lean=-3),
    "run": Pose((-52, 88), (58, 84), (52, -42), (-34, -72), lean=-14, mouth="open", brow="raised", lift=0.02),
    "climb": Pose((-22, 40), (118, 26), (56, -58), (-16, -8), lean=-10, tilt=10, mouth="soft", brow="firm"),
    "argue": Pose((64, 74), (112, 46), (-10, 0), (14, -6), lean=-6, mouth="shout", brow="angry"),
    "dance": Pose((-118, -34), (142, 24), (-6, 0), (46, -84), lean=5, mouth="laugh", brow="raised", lift=0.03),
    "fly": Pose((-30, -8), (172, 4), (-10, -14), (6, -26), mouth="laugh", brow="raised", turn=-58),
    "cook": Pose((34, 62), (30, 70), mouth="smile", tilt=-5, prop="spoon"),
    "read": Pose((28, 92), (26, 98), tilt=-9, mouth="soft", prop="book", eyes="down"),
    "play": Pose((30, 84), (40, 78), tilt=4, mouth="smile", eyes="closed", prop="guitar"),
    "hug": Pose((62, 26), (74, 20), lean=-5, mouth="smile", eyes="closed"),
    "build": Pose((56, 62), (104, 38), lean=-5, mouth="smile", prop="hammer"),
    "hold": Pose((-14, 22), (52, 58), mouth="soft", prop="held"),
    "point": Pose((-12, 22), (100, 4), mouth="open", brow="raised"),
    "wave": Pose((-12, 20), (146, 28), mouth="smile", brow="raised"),
    "cry": Pose((-6, 12), (14, 20), lean=-5, tilt=-14, mouth="sad", brow="sad", eyes="down"),
    "sit": Pose((24, 30), (30, 30), (84, -74), (78, -70), lift=-0.46, mouth="soft"),
    "kneel": Pose((40, 40), (48, 34), (70, -118), (-4, -96), lean=-8, lift=-0.40, mouth="soft", tilt=-8),
    "sleep": Pose((26, 50), (30, 54), (84, -74), (78, -70), lift=-0.46, tilt=-20, mouth="soft", eyes="closed", lean=6),
    "sneak": Pose((44, 78), (60, 66), (34, -56), (-8, -44), lean=-16, lift=-0.07, mouth="firm", brow="firm"),
}


@dataclass(frozen=True)
class Bones:
    """Joints of a standing person whose full height is 1, feet at y = 0."""

    head: Point
    half: float
    """Half the height of the head."""
    neck: Point
    chest: Point
    hip: Point
    shoulder: float
    """Half the shoulder width."""
    waist: float
    near_shoulder: Point
    far_shoulder: Point
    near_elbow: Point
    far_elbow: Point
    near_hand: Point
    far_hand: Point
    near_knee: Point
    far_knee: Point
    near_foot: Point
    far_foot: Point
    thick: float
    """Radius of the upper arm."""
    tilt: float
    lean: float


_HEADS = {"adult": 0.094, "old": 0.097, "teen": 0.105, "child": 0.135, "baby": 0.175}


def bones(look: Look, pose: Pose) -> Bones:
    """Places the joints of a person in a pose."""
    half = _HEADS.get(look.age, 0.094)
    chin = 0.985 - 2 * half
    shoulder_y = chin - 0.028
    hip_y = shoulder_y * (0.575 if look.age in ("adult", "teen", "old") else 0.5)
    leg, trunk = hip_y, shoulder_y - hip_y
    hip = (0.0, _hip_height(pose, leg))
    chest = turned([(hip[0], hip[1] + trunk)], hip, pose.lean)[0]
    bend = pose.lean + pose.tilt * 0.35
    neck = turned([(chest[0], chest[1] + 0.01)], chest, pose.lean)[0]
    head = turned([(chest[0] + 0.012, chest[1] + 0.03 + half * 0.93)], chest, bend)[0]
    shoulder = (0.098 if not look.female else 0.084) * look.width * (0.92 if look.age in ("child", "baby") else 1.0)
    near, far = (chest[0] - shoulder * 0.86, chest[1] - 0.028), (chest[0] + shoulder * 0.8, chest[1] - 0.03)
    upper, lower = trunk * 0.52, trunk * 0.47
    thigh, shin = leg * 0.5, leg * 0.48
    joints = [_member(start, bend, upper, lower) for start, bend in ((near, pose.near_arm), (far, pose.far_arm))]
    waist = shoulder * 0.74
    legs = [
        _member((hip[0] + dx, hip[1]), bend, thigh, shin)
        for dx, bend in ((-waist * 0.5, pose.near_leg), (waist * 0.5, pose.far_leg))
    ]
    return Bones(
        *(head, half, neck, chest, hip, shoulder, waist, near, far),
        *(joints[0][0], joints[1][0], joints[0][1], joints[1][1], legs[0][0], legs[1][0], legs[0][1], legs[1][1]),
        *(0.034 * look.width, pose.tilt + pose.lean, pose.lean),
    )


def _hip_height(pose: Pose, leg: float) -> float:
    """Hips above the ground: low when sitting, half-way when kneeling, else by the lift of the pose."""
    if pose.lift < -0.3:
        return leg * 0.56 if pose.near_leg[1] < -100 else 0.075
    return leg * (1 + pose.lift) if pose.lift < 0 else leg + pose.lift


def _member(start: Point, bend: Bend, upper: float, lower: float) -> tuple[Point, Point]:
    middle = reach(start, bend[0], upper)
    return middle, reach(middle, bend[0] + bend[1], lower)
