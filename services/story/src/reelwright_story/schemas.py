"""The JSON Schemas that the text model's plans must fit."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

MOODS = ["tender", "tense", "playful", "melancholy", "wondrous", "epic"]
TIMES = ["dawn", "morning", "day", "dusk", "night"]
WEATHERS = ["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]
FRAMINGS = ["wide", "medium", "close-up", "aerial", "low-angle"]
MOVES = ["push in", "pull out", "pan left", "pan right", "tilt up", "tilt down", "drift", "static"]


def _text(longest: int, description: str = "") -> Schema:
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return schema | {"description": description} if description else schema


def _choice(values: list[str]) -> Schema:
    return {"type": "string", "enum": values}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema, fewest: int, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": fewest, "maxItems": most}


def outline(scenes: int) -> Schema:
    """What the film is about, with one beat for each scene."""
    character = _object(
        name=_text(60),
        role=_text(120),
        look=_text(300, "How they look, in English: age, hair, clothes with colours. Repeated in every picture."),
    )
    return _object(
        title=_text(120, "A real title in the story's language, not the sentence."),
        logline=_text(400),
        language={"type": "string", "minLength": 2, "maxLength": 35, "description": "BCP 47 tag of the sentence."},
        genre=_text(60),
        mood=_choice(MOODS),
        setting=_text(300),
        style=_text(200),
        characters=_list(character, 0, 4),
        beats=_list(_text(400), scenes, scenes),
        music=_text(200, "Music that fits, in English."),
    )


def scenes(count: int) -> Schema:
    """Exactly `count` scenes."""
    scene = _object(
        number={"type": "integer", "minimum": 1, "maximum": count},
        title=_text(120),
        summary=_text(600),
        place=_text(200, "In English."),
        time_of_day=_choice(TIMES),
        weather=_choice(WEATHERS),
        mood=_choice(MOODS),
        characters=_list(_text(60), 0, 4),
        objects=_list(_text(60), 0, 6),
    )
    return _object(scenes=_list(scene, count, count))


def shots(scene_count: int) -> Schema:
    """One or two shots for each scene."""
    shot = _object(
        scene={"type": "integer", "minimum": 1, "maximum": scene_count},
        framing=_choice(FRAMINGS),
        camera_move=_choice(MOVES),
        action=_text(600, "What is seen, one English sentence."),
        image_prompt=_text(
            2000,
            "English. 'Wide shot. <what is seen>. Place: ... Time: ... Weather: ... Characters: <name> - <look>; ..."
            " Objects: ... Mood: ... Style: ...'",
        ),
        motion_prompt=_text(400, "English. Camera move and what moves, for example 'slow push in; rain falls'."),
        narration=_text(400, "In the story's language, 10 to 24 words, good to listen to."),
    )
    return _object(shots=_list(shot, scene_count, 2 * scene_count))
