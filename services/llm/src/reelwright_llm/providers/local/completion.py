"""Answers a chat: prose, or JSON that follows the schema asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from reelwright_llm.providers.local import planning
from reelwright_llm.providers.local.briefing import Brief, read_brief
from reelwright_llm.providers.local.invention import Writer
from reelwright_llm.providers.local.messages import Message
from reelwright_llm.providers.local.prose import reply
from reelwright_llm.providers.local.schema import Filler
from reelwright_llm.providers.local.story import stable_seed

_OUTLINE = frozenset(
    {"title", "logline", "beats", "characters", "genre", "mood", "setting", "style", "music", "language"}
)
_SHOT = frozenset({"image_prompt", "motion_prompt", "narration", "camera_move", "framing", "action"})


def complete(messages: Sequence[Message], *, schema: Mapping[str, Any] | None, seed: int, max_words: int = 400) -> str:
    """Answers the last user message.

    Without a schema: prose of at most `max_words` words. With one: JSON text that validates against it. The same
    messages and seed give the same text. Never fails, whatever the messages say.
    """
    if schema is None:
        return reply(messages, seed, max_words)
    brief = _counted(read_brief(messages), messages, schema)
    text = "\n".join(m.text for m in messages if m.role == "user")
    random = Random(stable_seed(seed, text, "schema"))
    filler = Filler(schema, random, Writer(brief, seed, random).write)
    known = _known(brief, seed, _names(schema), text)
    return json.dumps(filler.fill(known), ensure_ascii=False)


def pieces(text: str) -> Iterator[str]:
    """`text` in word-sized chunks, for streaming; joined they are `text` again."""
    for match in re.finditer(r"\s*\S+\s*?(?=\s|$)|\s+", text):
        yield match[0]


def count_tokens(text: str) -> int:
    """About how many tokens a language model would count: there is no tokenizer here, so this is an approximation.

    Latin words count one per started six letters, digits one per started three, every other sign one, and letters of
    scripts written without spaces one each.
    """
    total = 0
    for match in re.finditer(r"[^\W\d_]+|\d+|[^\w\s]|_", text):
        word = match[0]
        if word[0].isdigit():
            total += -(-len(word) // 3)
        elif ord(word[0]) >= 0x2E80:
            total += len(word)
        else:
            total += -(-len(word) // 6)
    return total


def _names(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return Filler(schema, Random(0), lambda name, form: "")._resolved(schema).get("properties") or {}


def _known(brief: Brief, seed: int, names: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What a film plan, or the JSON in the message, already says about the properties asked for."""
    known: dict[str, Any] = {}
    if names.keys() & _OUTLINE:
        known |= planning.outline(brief, seed)
    if "scenes" in names:
        known |= planning.scenes(brief, seed)
    if "shots" in names:
        known |= planning.shots(_within(brief, names["shots"]), seed)
    elif names.keys() & _SHOT and "scenes" not in names:
        known |= planning.shots(replace(brief, scenes=1, seconds=None), seed)["shots"][0]
        known |= _revised(text)
    return {name: value for name, value in known.items() if name in names}


def _within(brief: Brief, shots: Any) -> Brief:
    most = shots.get("maxItems") if isinstance(shots, Mapping) else None
    wished = (brief.seconds or 0) / 7
    return replace(brief, seconds=None) if most is not None and wished > most else brief


def _counted(brief: Brief, messages: Sequence[Message], schema: Mapping[str, Any]) -> Brief:
    """The brief with the number of scenes the schema insists on, when the message names none."""
    text = "\n".join(m.text for m in messages if m.role == "user")
    if brief.planned or re.search(r"^[ \t]*Scenes[ \t]*:[ \t]*\d", text, re.MULTILINE):
        return brief
    said = re.search(r"\b(\d{1,2}) (?:scenes|escenas|scènes|szenen)\b", text, re.IGNORECASE)
    if said:
        return replace(brief, scenes=max(1, min(60, int(said[1]))))
    for name in ("beats", "scenes", "shots"):
        part = _names(schema).get(name)
        if isinstance(part, Mapping) and isinstance(part.get("minItems"), int) and part["minItems"] > 0:
            return replace(brief, scenes=min(60, part["minItems"]))
    return brief


def _revised(text: str) -> dict[str, Any]:
    """The shot in the message with the wished change put into its pictures."""
    match = re.search(r"^[ \t]*Shot[ \t]*:\s*(?=\{)", text, re.MULTILINE)
    if match is None:
        return {}
    try:
        shot = json.JSONDecoder().raw_decode(text, match.end())[0]
    except (ValueError, RecursionError):
        return {}
    wish = re.search(r"^[ \t]*Change[ \t]*:[ \t]*(\S.*)$", text, re.MULTILINE)
    for name in ("action", "image_prompt") if wish else ():
        if isinstance(shot.get(name), str) and wish is not None:
            first, _, rest = shot[name].partition(". ")
            shot[name] = f"{first}. {wish[1].strip().rstrip('.')}. {rest}".strip()
    return dict(shot)
