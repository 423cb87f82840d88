"""Reads the brief of a film out of a chat: the labelled lines and the JSON that the story department writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_llm.providers.local.messages import Message

MOST_SCENES = 60
_LABELS = (
    "Sentence",
    "Scenes",
    "Language",
    "Seconds",
    "Style",
    "Audience",
    "Outline",
    "Shots",
    "Change",
    "Title",
    "Genre",
    "Mood",
)
_NEXT_LABEL = rf"(?=^[ \t]*(?:{'|'.join(_LABELS)})[ \t]*:|\Z)"


@dataclass(frozen=True)
class Brief:
    """What the film is to be."""

    sentence: str
    scenes: int = 6
    language: str = "auto"
    """A BCP 47 code, or auto."""
    seconds: float | None = None
    style: str = ""
    outline: Mapping[str, Any] | None = None
    """The outline decided before, when the chat carries one."""
    planned: tuple[Mapping[str, Any], ...] = ()
    """The scenes decided before, when the chat carries them."""


def read_brief(messages: Sequence[Message]) -> Brief:
    """The brief in the user's messages; a chat without labels is one long sentence."""
    text = "\n".join(m.text for m in messages if m.role == "user")
    outline = _json_after(text, "Outline")
    planned = _json_after(text, "Scenes")
    if isinstance(planned, dict):
        planned = planned.get("scenes")
    scenes = tuple(s for s in planned if isinstance(s, dict)) if isinstance(planned, list) else ()
    sentence = _value(text, "Sentence") or _from_outline(outline) or text
    number = re.search(r"\d+", _value(text, "Scenes", r"^\d+") or "")
    seconds = re.search(r"\d+(?:\.\d+)?", _value(text, "Seconds") or "")
    count = int(number[0][:4]) if number else len(scenes) or _beats(outline) or 6
    return Brief(
        sentence=sentence.strip(),
        scenes=max(1, min(MOST_SCENES, count)),
        language=(_value(text, "Language") or "auto").split()[0].strip("\"'.,") if _value(text, "Language") else "auto",
        seconds=float(seconds[0]) if seconds else None,
        style=" ".join((_value(text, "Style") or "").split())[:200],
        outline=outline if isinstance(outline, dict) else None,
        planned=scenes,
    )


def _value(text: str, label: str, must_match: str = r"\S") -> str | None:
    for match in re.finditer(rf"^[ \t]*{label}[ \t]*:(.*?){_NEXT_LABEL}", text, re.MULTILINE | re.DOTALL):
        value = match[1].strip()
        if re.match(must_match, value):
            # Only a sentence may run over several lines; the other values are one line.
            return value if label == "Sentence" else value.splitlines()[0]
    return None


def _json_after(text: str, label: str) -> Any:
    for match in re.finditer(rf"^[ \t]*{label}[ \t]*:\s*(?:```(?:json)?\s*)?(?=[\[{{])", text, re.MULTILINE):
        try:
            return json.JSONDecoder().raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue
    return None


def _from_outline(outline: Any) -> str | None:
    if not isinstance(outline, dict):
        return None
    return next((str(outline[key]) for key in ("sentence", "logline", "title") if outline.get(key)), None)


def _beats(outline: Any) -> int:
    beats = outline.get("beats") if isinstance(outline, dict) else None
    return len(beats) if isinstance(beats, list) else 0
