"""The three schemas a story department asks for, as the tests of the text engine use them."""

from __future__ import annotations

from typing import Any

MOODS = ["tender", "tense", "playful", "melancholy", "wondrous", "epic"]
TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 400}


def listed(item: dict[str, Any], fewest: int = 0, most: int = 60) -> dict[str, Any]:
    """An array schema."""
    return {"type": "array", "items": item, "minItems": fewest, "maxItems": most}


def strict(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object schema with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def outline_schema(scenes: int) -> dict[str, Any]:
    """The first call."""
    return strict(
        title={"type": "string", "minLength": 1, "maxLength": 80},
        logline=TEXT,
        language={"type": "string", "pattern": "^[a-z]{2}$"},
        genre=TEXT,
        mood={"enum": MOODS},
        setting=TEXT,
        style=TEXT,
        characters=listed(strict(name=TEXT, role=TEXT, look=TEXT), 0, 4),
        beats=listed(TEXT, scenes, scenes),
        music=TEXT,
    )


def scenes_schema(scenes: int) -> dict[str, Any]:
    """The second call."""
    scene = strict(
        number={"type": "integer", "minimum": 1, "maximum": scenes},
        title=TEXT,
        summary=TEXT,
        place=TEXT,
        time_of_day={"enum": ["dawn", "morning", "day", "dusk", "night"]},
        weather={"enum": ["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]},
        mood={"enum": MOODS},
        characters=listed(TEXT, 0, 4),
        objects=listed(TEXT),
    )
    return strict(scenes=listed(scene, scenes, scenes))


def shots_schema(scenes: int) -> dict[str, Any]:
    """The third call."""
    moves = ["push in", "pull out", "pan left", "pan right", "tilt up", "tilt down", "drift", "static"]
    shot = strict(
        scene={"type": "integer", "minimum": 1, "maximum": scenes},
        framing={"enum": ["wide", "medium", "close-up", "aerial", "low-angle"]},
        camera_move={"enum": moves},
        action=TEXT,
        image_prompt={"type": "string", "minLength": 40, "maxLength": 1200},
        motion_prompt=TEXT,
        narration=TEXT,
    )
    return strict(shots=listed(shot, scenes, 3 * scenes))
