"""Tells the story: picks the lines for each moment and fills in who, what and where."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from random import Random

from reelwright_llm.providers.local.phrases import contracted
from reelwright_llm.providers.local.plot import Moment

FEWEST_WORDS, MOST_WORDS = 10, 24
_LYRICAL = frozenset({"cook", "lullaby", "still", "fall"})
_FAMILY_FALLBACKS = {
    "mend": "build",
    "discover": "search",
    "lose": "search",
    "rescue": "general",
    "dance": "general",
    "fly": "general",
    "wait": "general",
    "learn": "general",
    "teach": "general",
}


@functools.cache
def lines(language: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The templates of a language: family -> slot -> lines."""
    return tomllib.loads(resources.files(__package__).joinpath("tales", f"{language}.toml").read_text("utf-8"))


@functools.cache
def has_narration(language: str) -> bool:
    """Whether stories can be told in this language."""
    return resources.files(__package__).joinpath("tales", f"{language}.toml").is_file()


def filled(template: str, slots: Mapping[str, str | None], language: str) -> str | None:
    """The template with its slots and agreements filled in; None when a slot has nothing to say."""
    needed = re.findall(r"\{(\w+)\}", template)
    if any(not slots.get(slot) for slot in needed):
        return None
    text = re.sub(r"<(?:(\w):)?([^<>|]*)\|([^<>|]*)(?:\|([^<>|]*))?>", lambda m: _agreement(m, slots), template)
    text = re.sub(r"\[([^\]|]*)\|([^\]|]*)\]", lambda m: m[2] if slots.get("number") == "p" else m[1], text)
    text = re.sub(r"\{(\w+)\}", lambda m: slots[m[1]] or "", text)
    text = contracted(re.sub(r"\s+", " ", text).strip(), language)
    return re.sub(r"(^|[.!?:] )([^\W\d_])", lambda m: m[1] + (m[2].upper() if not m[1].startswith(":") else m[2]), text)


def _agreement(match: re.Match[str], slots: Mapping[str, str | None]) -> str:
    gender = slots.get({"b": "gender_b", "o": "gender_o"}.get(match[1] or "", "gender"))
    if gender == "f":
        return match[3]
    return match[4] if gender == "n" and match[4] is not None else match[2]


def told(
    arc: Sequence[Moment], family: str, language: str, slots: Mapping[str, str | None], random: Random
) -> tuple[str, ...]:
    """One line per moment, 10 to 24 words each, none repeated while there are others."""
    used: set[str] = set()
    rests = _interludes(family, language, slots, random)
    out: list[str] = []
    for moment in arc:
        candidates = [] if moment.slot == "interlude" else _candidates(moment, family, language, slots, random)
        line = next((c for c in candidates if c not in used), None) or next(rests)
        used.add(line)
        out.append(line)
    return tuple(out)


def _candidates(
    moment: Moment, family: str, language: str, slots: Mapping[str, str | None], random: Random
) -> list[str]:
    table = lines(language)
    chain = [family] if family in _LYRICAL else [family, _FAMILY_FALLBACKS.get(family, "general"), "general"]
    chain = [name for name in dict.fromkeys(chain) if name in table]
    slots_tried = [moment.slot, moment.phase] if family in _LYRICAL else [moment.slot]
    found: list[str] = []
    for name in chain or ["general"]:
        for slot in slots_tried:
            options = list(table[name].get(slot, ()))
            random.shuffle(options)
            options.sort(key=lambda line: _closeness(line, name))
            found += [text for line in options if (text := filled(line, slots, language))]
    return [fitted(text, language) for text in found]


def _closeness(line: str, family: str) -> int:
    """0 for the lines that say most about this very sentence: the less the family knows, the more they matter."""
    if "{S}" in line or "{quote}" in line:
        return 0
    if family == "general":
        return 1 if "{vp}" in line else 2 if re.search(r"\{[Oo]", line) else 3
    return 1


def _interludes(family: str, language: str, slots: Mapping[str, str | None], random: Random) -> Iterator[str]:
    table = lines(language)["interlude"]
    deeds = list(table["still_deed" if family in _LYRICAL else "deed"])
    openings = list(table["opening"])
    random.shuffle(deeds)
    random.shuffle(openings)
    # Walking both lists at once repeats a pair only after their least common multiple, so the second lap is shifted.
    i = 0
    while True:
        opening = openings[(i + i // len(openings)) % len(openings)]
        text = filled(f"{opening}, {deeds[i % len(deeds)]}.", slots, language)
        i += 1
        if text:
            yield fitted(text, language)


def fitted(text: str, language: str) -> str:
    """The line brought to 10 to 24 words: cut at a pause, or drawn out with a quiet ending."""
    words = text.split()
    if len(words) > MOST_WORDS:
        text = _cut(text, words)
    for tail in lines(language)["tails"]["tail"] if len(text.split()) < FEWEST_WORDS else ():
        text = text.rstrip(".!?") + tail + "."
        if len(text.split()) >= FEWEST_WORDS:
            break
    return text


def _cut(text: str, words: Sequence[str]) -> str:
    pauses = [
        m.start()
        for m in re.finditer(r"[,;:.!?](?= )", text)
        if FEWEST_WORDS <= len(text[: m.start()].split()) <= MOST_WORDS
    ]
    kept = text[: pauses[-1]] if pauses else " ".join(words[:MOST_WORDS])
    return kept.rstrip(" ,;:.!?") + "."
