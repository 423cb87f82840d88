"""Proportions of the four-legged animals."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .look import Look
from .shapes import Point


@dataclass(frozen=True)
class Plan:
    """Proportions of an animal whose standing height to the crown is about 1."""

    length: float = 0.5
    """From the rump to the chest."""
    back: float = 0.55
    """Height of the spine."""
    thick: float = 0.17
    leg: float = 0.055
    head: Point = (0.44, 0.76)
    skull: float = 0.19
    muzzle: float = 0.13
    ears: str = "pointed"
    tail: str = "brush"
    neck: float = 0.12


PLANS = {
    "dog": Plan(ears="floppy", tail="up", muzzle=0.14),
    "cat": Plan(length=0.48, back=0.5, thick=0.15, leg=0.045, skull=0.2, muzzle=0.08, tail="curl"),
    "fox": Plan(length=0.52, back=0.48, thick=0.14, leg=0.04, muzzle=0.15, tail="brush"),
    "wolf": Plan(length=0.55, back=0.56, thick=0.16, leg=0.05, muzzle=0.15, tail="brush"),
    "bear": Plan(
        length=0.52,
        back=0.6,
        thick=0.27,
        leg=0.1,
        head=(0.42, 0.74),
        skull=0.23,
        muzzle=0.11,
        ears="round",
        tail="stub",
        neck=0.2,
    ),
    "rabbit": Plan(
        length=0.28,
        back=0.34,
        thick=0.2,
        leg=0.06,
        head=(0.2, 0.56),
        skull=0.2,
        muzzle=0.07,
        ears="long",
        tail="puff",
        neck=0.15,
    ),
    "raccoon": Plan(length=0.46, back=0.46, thick=0.17, leg=0.045, skull=0.2, muzzle=0.11, ears="round", tail="brush"),
    "badger": Plan(length=0.56, back=0.4, thick=0.2, leg=0.06, head=(0.44, 0.5), skull=0.19, ears="round", tail="stub"),
    "otter": Plan(
        length=0.62, back=0.36, thick=0.15, leg=0.05, head=(0.46, 0.54), skull=0.17, ears="round", tail="thin"
    ),
    "monkey": Plan(
        length=0.34, back=0.52, thick=0.18, leg=0.06, head=(0.3, 0.76), skull=0.22, muzzle=0.1, ears="dish", tail="curl"
    ),
    "koala": Plan(
        length=0.32,
        back=0.46,
        thick=0.24,
        leg=0.09,
        head=(0.24, 0.7),
        skull=0.25,
        muzzle=0.08,
        ears="dish",
        tail="none",
    ),
    "pig": Plan(
        length=0.5,
        back=0.56,
        thick=0.27,
        leg=0.06,
        head=(0.44, 0.62),
        skull=0.22,
        muzzle=0.1,
        ears="pointed",
        tail="thin",
    ),
    "frog": Plan(
        length=0.34,
        back=0.36,
        thick=0.24,
        leg=0.06,
        head=(0.26, 0.5),
        skull=0.25,
        muzzle=0.05,
        ears="none",
        tail="none",
    ),
    "kangaroo": Plan(
        length=0.28,
        back=0.56,
        thick=0.2,
        leg=0.06,
        head=(0.26, 0.86),
        skull=0.14,
        muzzle=0.12,
        ears="long",
        tail="thin",
    ),
    "giraffe": Plan(
        length=0.36,
        back=0.44,
        thick=0.13,
        leg=0.034,
        head=(0.42, 0.95),
        skull=0.08,
        muzzle=0.1,
        ears="leaf",
        tail="thin",
        neck=0.055,
    ),
    "zebra": Plan(
        length=0.52,
        back=0.55,
        thick=0.18,
        leg=0.045,
        head=(0.46, 0.84),
        skull=0.115,
        muzzle=0.16,
        tail="hair",
        neck=0.1,
    ),
    "mouse": Plan(
        length=0.3, back=0.34, thick=0.21, leg=0.04, head=(0.26, 0.6), skull=0.23, muzzle=0.09, ears="dish", tail="thin"
    ),
    "squirrel": Plan(
        length=0.28,
        back=0.4,
        thick=0.18,
        leg=0.05,
        head=(0.2, 0.66),
        skull=0.19,
        muzzle=0.07,
        ears="pointed",
        tail="plume",
    ),
    "hedgehog": Plan(
        length=0.5,
        back=0.34,
        thick=0.26,
        leg=0.04,
        head=(0.4, 0.36),
        skull=0.18,
        muzzle=0.16,
        ears="round",
        tail="none",
    ),
    "horse": Plan(
        length=0.52,
        back=0.56,
        thick=0.17,
        leg=0.045,
        head=(0.46, 0.88),
        skull=0.115,
        muzzle=0.17,
        ears="pointed",
        tail="hair",
        neck=0.1,
    ),
    "deer": Plan(
        length=0.46,
        back=0.55,
        thick=0.14,
        leg=0.032,
        head=(0.4, 0.86),
        skull=0.11,
        muzzle=0.12,
        ears="leaf",
        tail="puff",
        neck=0.07,
    ),
    "cow": Plan(
        length=0.6,
        back=0.6,
        thick=0.22,
        leg=0.06,
        head=(0.5, 0.76),
        skull=0.15,
        muzzle=0.14,
        ears="leaf",
        tail="thin",
        neck=0.14,
    ),
    "sheep": Plan(
        length=0.44,
        back=0.58,
        thick=0.26,
        leg=0.045,
        head=(0.42, 0.72),
        skull=0.15,
        muzzle=0.1,
        ears="leaf",
        tail="puff",
        neck=0.12,
    ),
    "camel": Plan(
        length=0.56,
        back=0.56,
        thick=0.17,
        leg=0.045,
        head=(0.5, 0.88),
        skull=0.1,
        muzzle=0.13,
        ears="round",
        tail="thin",
        neck=0.08,
    ),
    "elephant": Plan(
        length=0.54,
        back=0.6,
        thick=0.29,
        leg=0.11,
        head=(0.46, 0.7),
        skull=0.23,
        muzzle=0.05,
        ears="fan",
        tail="thin",
        neck=0.2,
    ),
    "lion": Plan(
        length=0.56,
        back=0.52,
        thick=0.17,
        leg=0.06,
        head=(0.42, 0.7),
        skull=0.19,
        muzzle=0.11,
        ears="round",
        tail="tuft",
        neck=0.14,
    ),
}
_KIN = {
    "unicorn": "horse",
    "panda": "bear",
    "polar": "bear",
    "tiger": "lion",
    "panther": "lion",
    "lioness": "lion",
    "skunk": "raccoon",
    "rhino": "elephant",
}


def plan_of(look: Look) -> Plan:
    """The proportions of an animal; the young have larger heads, shorter muzzles and shorter bodies."""
    plan = PLANS.get(_KIN.get(look.species, look.species)) or PLANS.get(look.family, PLANS["dog"])
    if look.age != "baby":
        return plan
    return replace(
        plan,
        length=plan.length * 0.84,
        thick=plan.thick * 1.06,
        head=(plan.head[0] * 0.9, plan.head[1] * 0.97),
        skull=plan.skull * 1.26,
        muzzle=plan.muzzle * 0.82,
    )
